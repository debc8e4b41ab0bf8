"""ganapp: train a generative adversarial network in the browser, on the command line or from Python."""

__version__ = "0.3.0"
