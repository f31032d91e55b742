--- How much is measured.
local sizes = {}

--- What parsing and planning so many nodes may take at most.
local CURVE = {
   {nodes = 100},
   {nodes = 1000, user_ms = 60},
   {nodes = 10000, user_ms = 700, max_rss_mb = 80},
   {nodes = 50000, user_ms = 4000, max_rss_mb = 350},
}

--- `make bench`
sizes.usual = {
   curve = CURVE,
   curve_runs = 5, -- a short user time is measured coarsely
   one_node_runs = 20,
   script_nodes = 200,
   probe_operations = 10000,
   rate_nodes = {1, 100, 1000},
   rate_workers = {1, 2, 4, 8},
   rate_nodes_in_all = 200, -- fewer are installed several times
   busiest = {nodes = 1000, workers = 16}, -- what the targets speak of
   cost_nodes = {1000, 10000},
   latency_nodes = 250,
   instances = {1000, 6000},
   resume_nodes = 2500,
   waiting = 10000,
}

--- `make bench FULL=1`: what takes minutes, too.
sizes.full = setmetatable({
   rate_nodes = {1, 100, 1000, 10000},
   cost_nodes = {1000, 10000, 50000},
}, {__index = sizes.usual})

--- For a test: all of it runs, and the figures say nothing.
sizes.small = {
   curve = {{nodes = 10}},
   curve_runs = 1,
   one_node_runs = 2,
   script_nodes = 2,
   probe_operations = 100,
   rate_nodes = {1, 20},
   rate_workers = {1, 2},
   rate_nodes_in_all = 1,
   busiest = {nodes = 20, workers = 3},
   cost_nodes = {20, 60},
   latency_nodes = 5,
   instances = {10, 60},
   resume_nodes = 30,
   waiting = 40,
}

return sizes
