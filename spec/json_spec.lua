local cloudify = require("cloudify")
local json = cloudify.json

describe("cloudify.json", function()
   local texts = {
      "[1,2.0,0.1,-3]", "9223372036854775807", "\"\\u0000\"", "[]", "{}", "null", "[null,1]",
      "{\"a\":{\"b\":[true,false]}}",
   }
   for _, text in ipairs(texts) do
      it("reads and writes " .. text, function()
         local value = json.decode(text)
         assert.equal(text, text == "{}" and json.encode(cloudify.object(value))
            or json.encode(value))
      end)
   end

   it("writes the keys of a table in order", function()
      local value = {c = 4, b = 3, a = {y = 2, x = 1}}
      assert.equal('{"a":{"x":1,"y":2},"b":3,"c":4}', json.encode(value))
   end)

   local refused = {
      {"a function", {a = {b = print}}, "value.a.b: a function cannot be stored"},
      {"a coroutine", {coroutine.create(print)}, "value[1]: a coroutine cannot be stored"},
      {"NaN", {x = 0 / 0}, "value.x: a number must be finite"},
      {"bytes that are not UTF-8", {k = "\xff"}, "value.k: the string is not valid UTF-8"},
      {"a NUL byte in a key", {a = {["b\0c"] = 1}}, "value.a: a key contains a NUL byte"},
      {"foreign userdata", {f = io.stdout}, "value.f: a userdata cannot be stored"},
      {"a list with a hole", {[1] = 1, [3] = 3},
         "value: keys must be strings, or the integers 1 to n without a gap"},
   }
   for _, case in ipairs(refused) do
      local name, value, message = table.unpack(case)
      it("refuses " .. name, function()
         local ok, err = pcall(json.encode, value)
         assert.is_false(ok)
         assert.equal(message, tostring(err))
      end)
   end

   it("refuses a cycle and names it", function()
      local loop = {}
      loop.inner = {loop}
      local _, err = pcall(json.encode, loop)
      assert.equal("value.inner[1]: the table contains itself", tostring(err))
   end)

   it("refuses nesting over 200 levels", function()
      local deep = {}
      for _ = 1, 200 do
         deep = {deep}
      end
      local _, err = pcall(json.encode, deep)
      assert.matches("nested over 200 levels deep$", tostring(err))
   end)

   it("refuses integers beyond 64 bits", function()
      local ok, err = pcall(json.decode, "9223372036854775808")
      assert.is_false(ok)
      assert.equal("JSON text:1:19: too big integer near '9223372036854775808'", tostring(err))
   end)
end)

describe("cloudify's values", function()
   it("know null", function()
      assert.equal("null", tostring(cloudify.null))
      assert.is_true(cloudify.is_null(cloudify.null))
      assert.is_true(cloudify.is_null({a = cloudify.null}, "a"))
      assert.is_false(cloudify.is_null({a = 1}, "a"))
   end)

   it("mark empty tables", function()
      assert.equal("[]", json.encode(cloudify.array {}))
      assert.equal("{}", json.encode({}))
      assert.equal("array", cloudify.type({1}))
      assert.equal("object", cloudify.type({a = 1}))
   end)

   it("copy deeply", function()
      local inner = {1}
      local copy = cloudify.totable({inner = inner})
      assert.same({inner = {1}}, copy)
      assert.is_false(rawequal(inner, copy.inner))
   end)
end)
