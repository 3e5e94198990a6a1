"""Background work: a job is a generator of results, a runner is a thread that runs jobs."""
