--- All filters by name.
local registry = require("cloudify.template.registry")

local filters = registry.new()

require("cloudify.template.text_filters")(filters)
require("cloudify.template.number_filters")(filters)
require("cloudify.template.list_filters")(filters)
require("cloudify.template.choice_filters")(filters)
filters:refuse("filesizeformat", "pprint", "random", "urlize", "wordwrap", "xmlattr")

return filters.entries
