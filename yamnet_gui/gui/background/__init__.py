"""Work beside the window: threads that run jobs and give way to what is on the screen."""
