std = "lua54"
self = false
max_line_length = 100
files["spec"].std = "+busted"
files["plugins/*/spec"].std = "+busted"
files["test/**/*.lua"].std = "+busted"
files["lua/types"].ignore = {"212", "241"} -- bodies of what is only declared are empty
exclude_files = {"build"}
