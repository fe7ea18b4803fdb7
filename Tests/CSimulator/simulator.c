#include "simulator.h"

#include <malloc.h>
#include <sqlite3.h>

// Swift's runtime asks this hook for every job that it would put on its global executor
// (swift/Runtime/Concurrency.h, swift_task_enqueueGlobal_hook).
typedef __attribute__((swiftcall)) void (*original)(vmctl_job);
extern __attribute__((swiftcall)) void (*swift_task_enqueueGlobal_hook)(vmctl_job, original);

static void (*taker)(vmctl_job);

static __attribute__((swiftcall)) void hook(vmctl_job job, original ignored) {
  (void)ignored;
  taker(job);
}

void vmctl_take_jobs(void (*take)(vmctl_job)) {
  taker = take;
  swift_task_enqueueGlobal_hook = hook;
}

void vmctl_keep_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 16 << 20);
}

void vmctl_count_no_memory(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
