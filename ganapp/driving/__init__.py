"""The process that turns training into a run folder and obeys the command file."""
