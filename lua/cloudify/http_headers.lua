--- What cloudify.http needs to read of HTTP.
local http_headers = {}

--- The headers of the last answer in `text`; names in lower case, repeated ones joined by ", ".
function http_headers.parse(text)
   local headers = {}
   for line in text:gmatch("[^\r\n]+") do
      if line:match("^HTTP/") then
         headers = {} -- a redirect or "100 Continue" came before
      end
      local name, value = line:match("^([^:%s]+):%s*(.*)$")
      if name then
         name, value = name:lower(), value:match("^(.*%S)") or ""
         headers[name] = headers[name] and headers[name] .. ", " .. value or value
      end
   end
   return headers
end

return http_headers
