"""Networks that look at pictures for a figure: a classifier trained here, Inception, two-sample judges."""
