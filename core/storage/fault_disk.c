/* fault_disk.c - see fault_disk.h: a VFS of SQLite in front of the usual one. */
#include "storage/fault_disk.h"

#ifdef CLOUDIFY_FAULTS

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

#include "base/fault.h"

/* SQLite's own file stands behind ours, in the memory that SQLite gives for both. */
struct file {
    sqlite3_file base;
    _Alignas(max_align_t) char real[];
};

static sqlite3_vfs *usual;

static sqlite3_file *real(sqlite3_file *file)
{
    return (sqlite3_file *)((struct file *)file)->real;
}

/* `code` once the disk has failed. */
static int failure(int code)
{
    if (!fault_disk())
        return SQLITE_OK;
    errno = fault_disk();
    return code == SQLITE_IOERR_WRITE && errno == ENOSPC ? SQLITE_FULL : code;
}

/* Come to the point `name`: the result, unless the disk is well. */
static int reach(const char *name, int code)
{
    fault_die(fault_hit(name));
    return failure(code);
}

/* ---- files ---- */

static int file_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 place)
{
    return real(file)->pMethods->xRead(real(file), data, size, place);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 place)
{
    enum fault_action action = fault_hit("disk.write");
    if (action == FAULT_KILL || action == FAULT_KILL_ALL)
        real(file)->pMethods->xWrite(real(file), data, size / 2, place); /* torn */
    fault_die(action);
    int failed = failure(SQLITE_IOERR_WRITE);
    return failed ? failed : real(file)->pMethods->xWrite(real(file), data, size, place);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int failed = reach("disk.truncate", SQLITE_IOERR_TRUNCATE);
    return failed ? failed : real(file)->pMethods->xTruncate(real(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    int failed = reach("disk.sync", SQLITE_IOERR_FSYNC);
    return failed ? failed : real(file)->pMethods->xSync(real(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int file_is_reserved(sqlite3_file *file, int *result)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int file_traits(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    if (extend)
        fault_die(fault_hit("disk.share"));
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), first, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without memory maps of the file, which nobody could count */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the disk ---- */

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *given)
{
    (void)vfs;
    fault_die(fault_hit("disk.open"));
    if (fault_disk() == EROFS)
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    file->pMethods = NULL;
    int code = usual->xOpen(usual, path, real(file), flags, given);
    if (code == SQLITE_OK)
        file->pMethods = &methods;
    return code;
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    int failed = fault_disk() == ENOSPC ? 0 : reach("disk.delete", SQLITE_IOERR_DELETE);
    return failed ? failed : usual->xDelete(usual, path, sync);
}

static int disk_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs;
    return fault_disk() ? fault_disk() : usual->xGetLastError(usual, size, text);
}

void fault_disk_use(void)
{
    static sqlite3_vfs disk;
    if (usual)
        return;
    usual = sqlite3_vfs_find(NULL);
    disk = *usual;
    disk.zName = "faults";
    disk.szOsFile = (int)sizeof(struct file) + usual->szOsFile;
    disk.xOpen = disk_open;
    disk.xDelete = disk_delete;
    disk.xGetLastError = disk_last_error;
    sqlite3_vfs_register(&disk, 1);
}

#else

/* ISO C wants a file to have something in it. */
typedef int fault_disk_is_left_out;

#endif
