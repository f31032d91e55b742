/* fault_disk.h - a disk below SQLite that fails, or on which the program dies, when it is told to
 * (base/fault.h). Private to storage/.
 */
#ifndef CLOUDIFY_STORAGE_FAULT_DISK_H
#define CLOUDIFY_STORAGE_FAULT_DISK_H

#ifdef CLOUDIFY_FAULTS
/** From now on all databases are opened on that disk. */
void fault_disk_use(void);
#else
static inline void fault_disk_use(void)
{
}
#endif

#endif
