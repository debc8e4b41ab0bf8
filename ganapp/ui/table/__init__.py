"""The table of all runs, a view of the Compare tab."""
