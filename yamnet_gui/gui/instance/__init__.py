"""One window for all starts: a later one hands its files to the window that is open."""
