"""python -m ganapp: the functions of this package as commands."""
