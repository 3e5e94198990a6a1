"""What a command returns to the shell."""

OK = 0
SOME_FAILED = 1
BAD_INPUT = 2
UNEXPECTED = 70
INTERRUPTED = 130
