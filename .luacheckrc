std = "lua54"
self = false
max_line_length = 100
files["spec"].std = "+busted"
files["plugins/*/spec"].std = "+busted"
files["test/**/*.lua"].std = "+busted"
exclude_files = {"build"}
