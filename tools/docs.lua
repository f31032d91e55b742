--- Makes the documentation as HTML: lua5.4 tools/docs.lua OUT writes to the folder OUT the pages of
--- docs/ (by lowdown), the manuals (by mandoc), the Lua API (from lua/types) and an index.
package.path = (arg[0]:match("^(.*/)") or "") .. "?.lua"
local annotations = require("annotations")
local api_docs = require("api_docs")
local script = require("script").new("docs.lua")

local out = arg[1] or script.fail("usage: lua5.4 tools/docs.lua OUT")

local TEMPLATE = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<nav><a href="index.html">Cloudify runtime</a></nav>
<main>
%s</main>
</body>
</html>
]]

local function quote(text)
   return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function run(command)
   local pipe <close> = assert(io.popen(command))
   local text = pipe:read("a")
   if not pipe:close() then
      script.fail("failed: %s", command)
   end
   return text
end

local function list(pattern)
   local paths = {}
   for path in run("ls -1 " .. pattern):gmatch("[^\n]+") do
      table.insert(paths, path)
   end
   return paths
end

local function check_programs()
   for _, program in ipairs {"lowdown", "mandoc"} do
      if not os.execute("command -v " .. program .. " >/dev/null") then
         script.fail("%s is missing; on Debian: apt-get install lowdown mandoc", program)
      end
   end
end

local function write_page(name, title, body)
   script.write(out .. "/" .. name, TEMPLATE:format(title, body))
end

--- Ids of headings as GitHub makes them, and links to pages as they are called here.
local function adapt(html)
   html = html:gsub('(<h%d id=")([^"]+)"', function(start, id)
      return start .. id:gsub("[^%w_-]", "") .. '"'
   end)
   html = html:gsub('href="([^"#:]+)', function(target)
      target = target:gsub("^docs/", "")
      if target:find("README%.md$") then
         return 'href="readme.html'
      end
      return 'href="' .. target:gsub("%.md$", ".html"):gsub("%.(%d)$", ".%1.html")
   end)
   return html
end

--- lowdown takes tables that are written in HTML as they are: their blocks of code are made here.
local function with_blocks_in_tables(text)
   return (text:gsub("\n(<table>.-\n</table>)", function(html)
      return "\n" .. html:gsub("\n\n```(%w+)\n(.-)\n```\n\n", function(language, code)
         return ('<pre><code class="language-%s">%s</code></pre>'):format(language,
            api_docs.escape(code))
      end)
   end))
end

--- Make the page of a text in Markdown; returns its entry in the index.
local function markdown(path, name)
   local source = out .. "/page.md"
   script.write(source, with_blocks_in_tables(script.read(path)))
   local body = adapt(run("lowdown -Thtml --html-no-skiphtml --html-no-escapehtml --out-no-smarty "
      .. quote(source)))
   os.remove(source)
   local title = body:match("<h1[^>]*>(.-)</h1>"):gsub("<[^>]+>", "")
   write_page(name, title, body)
   return {name = name, title = title}
end

--- Leave of links to manuals those that lead to ours.
local function unlink_others(html)
   return (html:gsub('<a class="Xr" href="([^"]+)%.html">(.-)</a>', function(name, text)
      local own <close> = io.open("docs/" .. name)
      return not own and text or nil
   end))
end

local function manual(path)
   local name = path:match("[^/]+$")
   local body = unlink_others(run("mandoc -Thtml -O fragment,man=%N.%S.html " .. quote(path)))
   write_page(name .. ".html", name, body)
   return {name = name .. ".html", title = body:match('class="Nd"[^>]*>(.-)<'),
           label = name:gsub("%.(%d)$", "(%1)")}
end

local function api()
   local entries = {}
   local files = annotations.read_all(list("lua/types/*.lua"))
   for file, body in pairs(api_docs.pages(files)) do
      write_page(api_docs.page_of(file), file.meta, body)
      table.insert(entries, {name = api_docs.page_of(file), label = file.meta,
         title = file.doc:match("^(.-)%.%s") or file.doc:match("^(.-)%.?$")})
   end
   table.sort(entries, function(a, b) return a.label < b.label end)
   return entries
end

local function section(title, entries)
   local items = {}
   for _, entry in ipairs(entries) do
      local label = entry.label and ("<code>%s</code>"):format(entry.label)
      local said = entry.title:gsub("%s+", " "):gsub("`([^`]+)`", "<code>%1</code>")
      table.insert(items, ('<li><a href="%s">%s</a>%s</li>'):format(entry.name, label or said,
         label and " " .. said or ""))
   end
   return ("<h2>%s</h2>\n<ul>\n%s\n</ul>\n"):format(title, table.concat(items, "\n"))
end

check_programs()
run("mkdir -p " .. quote(out))
run(("cp tools/docs.css %s/"):format(quote(out)))
local pages = {markdown("README.md", "readme.html")}
for _, path in ipairs(list("docs/*.md")) do
   table.insert(pages, markdown(path, path:match("([^/]+)%.md$") .. ".html"))
end
local manuals = {}
for _, path in ipairs(list("docs/*.[1-9]")) do
   table.insert(manuals, manual(path))
end
write_page("index.html", "Cloudify runtime", "<h1>Cloudify runtime</h1>\n"
   .. section("Guides", pages) .. section("Commands", manuals) .. section("Lua API", api()))
