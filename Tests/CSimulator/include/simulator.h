#pragma once

/// A piece of a Swift task that is ready to run.
typedef void *vmctl_job;

/// From now on every job that would go to Swift's thread pool is given to `take`, in any thread.
void vmctl_take_jobs(void (*take)(vmctl_job));

/// Keeps freed memory: a history takes and gives back the same some megabytes over and over, and each page that went
/// back to the kernel costs a fault when it comes again. Before anything else.
void vmctl_keep_memory(void);

/// SQLite counts its memory under one lock, at every allocation; nobody here asks. Before SQLite is used.
void vmctl_count_no_memory(void);
