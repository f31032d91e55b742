--- `make docs`: the documentation as HTML, in which every link leads somewhere.
local annotations = dofile("tools/annotations.lua")
local cfy = require("spec.support.cfy")

describe("the documentation as HTML", function()
   local world, pages, result

   lazy_setup(function()
      world, pages = cfy.world(), {}
      result = world:sh("lua5.4 tools/docs.lua " .. world:path("html"))
      for path in io.popen("ls " .. world:path("html")):lines() do
         pages[path] = world:read(world:path("html/" .. path))
      end
   end)
   lazy_teardown(function() world:remove() end)

   local function has_id(page, id)
      return pages[page]:find(' id="' .. id .. '"', 1, true) ~= nil
   end

   --- Whether a link on a page leads to a page or a place on one; the web is not looked at.
   local function leads(page, link)
      local target, id = link:match("^([^#]*)#?(.*)$")
      target = target == "" and page or target
      return link:find("^https?:") or pages[target] and (id == "" or has_id(target, id))
   end

   it("is made without a word", function()
      assert.same({code = 0, out = "", err = ""}, result)
   end)

   it("has no link that leads nowhere", function()
      local count, dead = 0, {}
      for page, html in pairs(pages) do
         for link in html:gmatch(' href="([^"]*)"') do
            count = count + 1
            if not leads(page, link) then
               table.insert(dead, page .. ": " .. link)
            end
         end
      end
      assert.same({}, dead)
      assert.truthy(count > 500, count)
   end)

   it("has each page in its index", function()
      local missing = {}
      for page in pairs(pages) do
         if page:find("%.html$") and page ~= "index.html"
            and not pages["index.html"]:find('href="' .. page .. '"', 1, true) then
            table.insert(missing, page)
         end
      end
      assert.same({}, missing)
   end)

   it("has each class and function of the annotations, and its types are links", function()
      for path in io.popen("ls lua/types/*.lua"):lines() do
         local file = annotations.read(path)
         local page = "lua-" .. file.meta .. ".html"
         for _, item in ipairs(file.items) do
            assert.truthy(has_id(page, item.name), item.name)
            for _, func in ipairs(item.functions or {}) do
               assert.truthy(has_id(page, item.name .. "." .. func.name), func.name)
            end
         end
      end
      assert.truthy(pages["lua-cloudify.html"]:find([[<td><code>instance</code></td><td><code>]]
         .. [[<a href="lua-cloudify.html#cloudify.Instance">]], 1, true))
      assert.truthy(pages["lua-cloudify.html"]:find("<code>ctx:get_secret(key)</code>", 1, true))
   end)

   it("says what is missing where a program is not installed", function()
      local failed = world:sh("PATH=" .. world:path("nothing") .. " " .. world:sh(
         "command -v lua5.4").out:gsub("\n", "") .. " tools/docs.lua " .. world:path("again"))
      assert.same({code = 1, out = "", err = "docs.lua: lowdown is missing; "
         .. "on Debian: apt-get install lowdown mandoc\n"}, failed)
   end)
end)
