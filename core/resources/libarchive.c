/* libarchive.c - see libarchive.h. */
#include "resources/libarchive.h"

#include "resources/shared_library.h"

#define SYMBOL(name)                                                                               \
    {                                                                                              \
        "archive_" #name, &functions.name                                                          \
    }

static struct libarchive functions;

static const struct shared_symbol symbols[] = {
    SYMBOL(error_string),
    SYMBOL(read_new),
    SYMBOL(read_support_filter_gzip),
    SYMBOL(read_support_filter_bzip2),
    SYMBOL(read_support_filter_xz),
    SYMBOL(read_support_format_tar),
    SYMBOL(read_support_format_zip),
    SYMBOL(read_open_fd),
    SYMBOL(read_next_header),
    SYMBOL(read_data),
    SYMBOL(read_free),
    SYMBOL(write_new),
    SYMBOL(write_add_filter_gzip),
    SYMBOL(write_set_format_pax_restricted),
    SYMBOL(write_set_options),
    SYMBOL(write_open_filename),
    SYMBOL(write_header),
    SYMBOL(write_data),
    SYMBOL(write_close),
    SYMBOL(write_free),
    SYMBOL(entry_new),
    SYMBOL(entry_free),
    SYMBOL(entry_pathname),
    SYMBOL(entry_symlink),
    SYMBOL(entry_hardlink),
    SYMBOL(entry_filetype),
    SYMBOL(entry_mode),
    SYMBOL(entry_is_encrypted),
    SYMBOL(entry_set_pathname),
    SYMBOL(entry_set_symlink),
    SYMBOL(entry_set_filetype),
    SYMBOL(entry_set_perm),
    SYMBOL(entry_set_size),
    SYMBOL(entry_set_mtime),
};

const struct libarchive *libarchive(struct error *err)
{
    static struct shared_library library = {.name = "libarchive.so.13",
                                            .package = "libarchive13",
                                            .symbols = symbols,
                                            .symbol_count = sizeof symbols / sizeof *symbols};
    return shared_library_load(&library, err) ? &functions : NULL;
}
