-- A Wireshark dissector for the RPC (Frame.swift, RPCMetadata.swift, Handshake.swift). For Wireshark and tshark 3.6 or newer.
--
-- Load it for one run:   tshark -X lua_script:Shared/RPC/ibprpc.lua -d tcp.port==PORT,ibprpc -i lo -f 'tcp port PORT'
-- or for good:           copy it into the folder "Personal Lua Plugins" (Wireshark: Help, About, Folders)
--
-- Ports 7101 to 7104 need no -d, nor does a connection whose greeting is in the capture: it is known by "IBPRPC01".
-- tshark sees a reply before it can tell the request so; -2 makes it look twice and fills ibprpc.response_in.
-- Useful filters: ibprpc.status != 0, ibprpc.time > 0.05, ibprpc.flags.not_executed == 1, ibprpc.kind == 11
-- What runs under TLS is shown as TLS; with a key log (the preference tls.keylog_file) its frames show too.

local ibprpc = Proto("ibprpc", "IBPipeline RPC")

local HEADER, LENGTH_MIN, FRAME_MAX = 24, 20, 16 * 1024 * 1024
-- Lua computes a checksum slowly; larger frames are shown unchecked.
local CHECKED_MAX = 64 * 1024
local NO_DEADLINE = 0xFFFFFFFF

local KINDS = {
    "HELLO", "HELLO_ACK", "REQUEST", "RESPONSE", "STREAM_ITEM", "STREAM_END", "CANCEL", "CREDIT", "PING", "PONG", "DRAIN",
    "GOODBYE",
}
local HELLO, HELLO_ACK, REQUEST, RESPONSE, STREAM_END = 1, 2, 3, 4, 6
local CREDIT, DRAIN, GOODBYE = 8, 11, 12

local STATUSES = {
    [0] = "ok", "cancelled", "unknown", "invalidArgument", "deadlineExceeded", "notFound", "alreadyExists",
    "permissionDenied", "resourceExhausted", "failedPrecondition", "aborted", "outOfRange", "unimplemented", "internal",
    "unavailable", "dataLoss", "unauthenticated",
}
local REASONS = {
    [0] = "unspecified", "drained", "aged", "handshake", "protocolError", "slowReader", "stopping",
}
local BUILT_IN = { "rpc.health", "rpc.describe", "rpc.stats", "rpc.watch" }

local f = {
    length = ProtoField.uint32("ibprpc.length", "Length"),
    version = ProtoField.uint8("ibprpc.version", "Version"),
    kind = ProtoField.uint8("ibprpc.kind", "Kind", base.DEC, KINDS),
    flags = ProtoField.uint16("ibprpc.flags", "Flags", base.HEX),
    zlib = ProtoField.bool("ibprpc.flags.zlib", "Body is zlib", 16, nil, 0x0001),
    checksummed = ProtoField.bool("ibprpc.flags.crc", "Checksum present", 16, nil, 0x0002),
    idempotent = ProtoField.bool("ibprpc.flags.idempotent", "Idempotent", 16, nil, 0x0004),
    wants_stream = ProtoField.bool("ibprpc.flags.stream", "Wants a stream", 16, nil, 0x0008),
    not_executed = ProtoField.bool("ibprpc.flags.not_executed", "Failure: not executed", 16, nil, 0x0010),
    no_retry = ProtoField.bool("ibprpc.flags.do_not_retry", "Failure: do not retry", 16, nil, 0x0020),
    reserved = ProtoField.uint16("ibprpc.flags.reserved", "Reserved", base.HEX, nil, 0xFFC0),
    id = ProtoField.uint32("ibprpc.id", "Id"),
    a = ProtoField.uint32("ibprpc.a", "a", base.HEX),
    deadline = ProtoField.uint32("ibprpc.deadline", "Time left (ms)"),
    status = ProtoField.uint16("ibprpc.status", "Status", base.DEC, STATUSES),
    retry_after = ProtoField.uint32("ibprpc.retry_after", "Retry after (ms)"),
    credit = ProtoField.uint32("ibprpc.credit", "Items granted"),
    last_served = ProtoField.uint32("ibprpc.last_served", "Last id served"),
    reason = ProtoField.uint32("ibprpc.reason", "Reason", base.DEC, REASONS),
    method = ProtoField.uint16("ibprpc.method", "Method", base.HEX, BUILT_IN),
    meta_length = ProtoField.uint16("ibprpc.meta_length", "Metadata length"),
    crc = ProtoField.uint32("ibprpc.crc", "CRC-32", base.HEX),
    crc_status = ProtoField.string("ibprpc.crc.status", "Checksum"),

    meta = ProtoField.bytes("ibprpc.meta", "Metadata entry"),
    meta_key = ProtoField.uint8("ibprpc.meta.key", "Key", base.HEX),
    trace_id = ProtoField.bytes("ibprpc.meta.trace_id", "Trace id"),
    span_id = ProtoField.bytes("ibprpc.meta.span_id", "Span id"),
    trace_flags = ProtoField.uint8("ibprpc.meta.trace_flags", "Trace flags", base.HEX),
    request_id = ProtoField.string("ibprpc.meta.request_id", "Request id"),
    client_address = ProtoField.string("ibprpc.meta.client_address", "Client address"),
    user_agent = ProtoField.string("ibprpc.meta.user_agent", "User agent"),
    reply_resource = ProtoField.string("ibprpc.meta.reply_resource", "Resource of the reply"),
    reply_version = ProtoField.int64("ibprpc.meta.reply_version", "Version of the reply"),
    idempotency_key = ProtoField.string("ibprpc.meta.idempotency_key", "Idempotency key"),
    subject = ProtoField.guid("ibprpc.meta.subject", "Subject"),
    session = ProtoField.guid("ibprpc.meta.session", "Session"),
    roles = ProtoField.uint16("ibprpc.meta.roles", "Roles", base.HEX),
    resource = ProtoField.string("ibprpc.meta.resource", "Resource"),
    if_match = ProtoField.int64("ibprpc.meta.if_match", "If-Match"),

    body = ProtoField.bytes("ibprpc.body", "Body"),
    text = ProtoField.string("ibprpc.body.text", "Body as text"),
    plain_length = ProtoField.uint32("ibprpc.body.plain_length", "Length when unpacked"),
    service = ProtoField.string("ibprpc.hello.service", "Service"),
    fault_code = ProtoField.string("ibprpc.fault.code", "Code of the failure"),

    request_in = ProtoField.framenum("ibprpc.request_in", "Request in", base.NONE, frametype.REQUEST),
    response_in = ProtoField.framenum("ibprpc.response_in", "Response in", base.NONE, frametype.RESPONSE),
    time = ProtoField.relative_time("ibprpc.time", "Time since the request"),
    call_method = ProtoField.uint16("ibprpc.call.method", "Method of the request", base.HEX, BUILT_IN),
}
ibprpc.fields = f

local e = {
    failed = ProtoExpert.new("ibprpc.failed", "The call failed", expert.group.RESPONSE_CODE, expert.severity.WARN),
    goodbye = ProtoExpert.new("ibprpc.goodbye", "The peer ends the connection", expert.group.SEQUENCE, expert.severity.NOTE),
    unmatched = ProtoExpert.new(
        "ibprpc.unmatched", "The request is not in this capture", expert.group.SEQUENCE, expert.severity.NOTE),
    bad_length = ProtoExpert.new("ibprpc.bad_length", "No frame has this length", expert.group.MALFORMED, expert.severity.ERROR),
    bad_header = ProtoExpert.new("ibprpc.bad_header", "Unknown version or kind", expert.group.MALFORMED, expert.severity.ERROR),
    bad_metadata = ProtoExpert.new("ibprpc.bad_metadata", "The metadata is cut short", expert.group.MALFORMED, expert.severity.ERROR),
    unknown_key = ProtoExpert.new(
        "ibprpc.unknown_key", "An unknown key that must be understood", expert.group.PROTOCOL, expert.severity.WARN),
    bad_checksum = ProtoExpert.new("ibprpc.bad_crc", "The checksum is wrong", expert.group.CHECKSUM, expert.severity.ERROR),
    bad_zlib = ProtoExpert.new("ibprpc.bad_zlib", "The body cannot be unpacked", expert.group.MALFORMED, expert.severity.WARN),
}
ibprpc.experts = e

local tcp_stream = Field.new("tcp.stream")

-- Requests by connection and id. Ids are never used twice on a connection.
local calls = {}
function ibprpc.init() calls = {} end

-- CRC-32 as zlib has it.

local crc_table
local function crc32(crc, bytes)
    if not crc_table then
        crc_table = {}
        for value = 0, 255 do
            local entry = value
            for _ = 1, 8 do
                local shifted = bit.rshift(entry, 1)
                entry = bit.band(entry, 1) == 1 and bit.bxor(shifted, 0xEDB88320) or shifted
            end
            crc_table[value] = entry
        end
    end
    crc = bit.bnot(crc)
    for index = 1, #bytes do
        local entry = crc_table[bit.band(bit.bxor(crc, bytes:byte(index)), 0xFF)]
        crc = bit.bxor(bit.rshift(crc, 8), entry)
    end
    return bit.bnot(crc)
end

local function check_crc(frame, tree)
    local field = tree:add(f.crc, frame(20, 4))
    if bit.band(frame(6, 2):uint(), 0x0002) == 0 then
        tree:add(f.crc_status, "none"):set_generated()
    elseif frame:len() > CHECKED_MAX then
        tree:add(f.crc_status, "not checked"):set_generated()
    else
        local crc = crc32(crc32(0, frame:raw(4, 16)), frame:raw(HEADER))
        local is_good = bit.tobit(crc) == bit.tobit(frame(20, 4):uint())
        tree:add(f.crc_status, is_good and "good" or "bad"):set_generated()
        if not is_good then field:add_proto_expert_info(e.bad_checksum) end
    end
end

-- Metadata: key u8, length u16, bytes.

local function text_entry(field)
    return function(value, tree) tree:add(field, value) end
end

local function fixed_entry(bytes, show)
    return function(value, tree)
        if value:len() == bytes then show(value, tree) else tree:add_proto_expert_info(e.bad_metadata) end
    end
end

local ENTRIES = {
    [0x01] = { "trace", fixed_entry(25, function(value, tree)
        tree:add(f.trace_id, value(0, 16))
        tree:add(f.span_id, value(16, 8))
        tree:add(f.trace_flags, value(24, 1))
    end) },
    [0x02] = { "request id", text_entry(f.request_id) },
    [0x03] = { "client address", text_entry(f.client_address) },
    [0x04] = { "user agent", text_entry(f.user_agent) },
    [0x05] = { "resource of the reply", text_entry(f.reply_resource) },
    [0x06] = { "version of the reply", fixed_entry(8, text_entry(f.reply_version)) },
    [0x81] = { "idempotency key", text_entry(f.idempotency_key) },
    [0x82] = { "identity", fixed_entry(34, function(value, tree)
        tree:add(f.subject, value(0, 16))
        tree:add(f.session, value(16, 16))
        tree:add(f.roles, value(32, 2))
    end) },
    [0x83] = { "resource", text_entry(f.resource) },
    [0x84] = { "if-match", fixed_entry(8, text_entry(f.if_match)) },
}

local function metadata(range, tree)
    local offset = 0
    while offset < range:len() do
        local left = range:len() - offset
        local length = left >= 3 and range(offset + 1, 2):uint() or 0
        if left < 3 + length then
            tree:add(f.meta, range(offset)):add_proto_expert_info(e.bad_metadata)
            return
        end
        local key = range(offset, 1):uint()
        local entry = ENTRIES[key]
        local item = tree:add(f.meta, range(offset, 3 + length))
        item:set_text("Metadata: " .. (entry and entry[1] or string.format("unknown key 0x%02x", key)))
        item:add(f.meta_key, range(offset, 1))
        if entry and length > 0 then
            entry[2](range(offset + 3, length), item)
        elseif not entry and key >= 0x80 then
            item:add_proto_expert_info(e.unknown_key)
        end
        offset = offset + 3 + length
    end
end

-- Bodies: JSON, or the number of plain bytes (u32) and a zlib stream of it; GOODBYE has words.

local function unpack_body(range, tree)
    tree:add(f.plain_length, range(0, 4))
    local packed = range(4)
    -- The name changed with 4.4; asking for one that is missing is an error.
    for _, inflate in ipairs({ "uncompress_zlib", "uncompress" }) do
        local is_good, plain = pcall(function() return packed[inflate](packed, "Unpacked body") end)
        if is_good and plain and plain:len() > 0 then return plain end
    end
    tree:add_proto_expert_info(e.bad_zlib)
    return nil
end

-- Returns the body as text, or "".
local function body(range, kind, is_packed, pinfo, tree)
    local item = tree:add(f.body, range)
    if is_packed and range:len() > 4 then
        item:append_text(" (zlib)")
        range = unpack_body(range, item)
        if not range then return "" end
    end
    local text = range:raw()
    if kind == GOODBYE then
        item:add(f.text, range)
    elseif text:find("^%s*[%[{\"]") then
        item:add(f.text, range)
        Dissector.get("json"):call(range:tvb(), pinfo, item)
    else
        return ""
    end
    return text
end

-- The header's word whose meaning depends on the kind.
local function argument(kind, range, tree)
    local a = range:uint()
    if kind == REQUEST then
        local item = tree:add(f.deadline, range)
        if a == 0 then item:append_text(" (the server's default)") end
        if a == NO_DEADLINE then item:append_text(" (none)") end
    elseif kind == RESPONSE or kind == STREAM_END then
        tree:add(f.status, range(0, 2))
        tree:add(f.retry_after, range(2, 2), range(2, 2):uint() * 16)
    elseif kind == CREDIT then
        tree:add(f.credit, range)
    elseif kind == DRAIN then
        tree:add(f.last_served, range)
    elseif kind == GOODBYE then
        tree:add(f.reason, range)
    else
        tree:add(f.a, range)
    end
end

local function show_flags(range, tree)
    local item = tree:add(f.flags, range)
    local names = { "zlib", "checksummed", "idempotent", "wants_stream", "not_executed", "no_retry", "reserved" }
    for _, name in ipairs(names) do item:add(f[name], range) end
end

-- Ties everything about a call to its request.
local function match(kind, id, method, pinfo, tree)
    local stream = tcp_stream()
    if id == 0 or not stream then return end
    local key = stream.value .. "/" .. id
    local call = calls[key]
    if kind == REQUEST then
        if not pinfo.visited then
            calls[key] = { number = pinfo.number, time = pinfo.rel_ts, method = method }
        elseif call and call.answer then
            tree:add(f.response_in, call.answer):set_generated()
        end
    elseif not call then
        tree:add_proto_expert_info(e.unmatched)
    else
        tree:add(f.request_in, call.number):set_generated()
        tree:add(f.call_method, call.method):set_generated()
        if kind == RESPONSE or kind == STREAM_END then
            call.answer = pinfo.number
            local time = math.max(pinfo.rel_ts - call.time, 0)
            tree:add(f.time, NSTime.new(math.floor(time), math.floor(time % 1 * 1e9 + 0.5))):set_generated()
        end
    end
end

-- What the kind's body says beyond its text. Returns a few words for the list of packets.
local function details(kind, frame, text, tree)
    if kind == HELLO or kind == HELLO_ACK then
        local service = text:match('"service":"([^"]*)"') or "?"
        tree:add(f.service, service):set_generated()
        return " " .. service .. (text:find('"proof"') and " (with proof)" or "")
    elseif kind == REQUEST then
        local method = frame(16, 2):uint()
        return string.format(" #%d %s", frame(8, 4):uint(), BUILT_IN[method] or string.format("0x%04x", method))
    elseif kind == RESPONSE or kind == STREAM_END then
        local status = frame(12, 2):uint()
        local words = string.format(" #%d %s", frame(8, 4):uint(), STATUSES[status] or status)
        if status == 0 then return words end
        local code = text:match('"code":"([^"]*)"')
        if code then tree:add(f.fault_code, code):set_generated() end
        tree:add_proto_expert_info(e.failed, string.format("The call failed:%s %s", words, code or ""))
        return words .. (code and " " .. code or "")
    elseif kind == GOODBYE then
        tree:add_proto_expert_info(e.goodbye, "The peer ends the connection: " .. text)
        return " " .. text
    elseif kind == DRAIN then
        return string.format(" after #%d", frame(12, 4):uint())
    elseif kind == CREDIT then
        return string.format(" #%d +%d", frame(8, 4):uint(), frame(12, 4):uint())
    end
    local id = frame(8, 4):uint()
    return id ~= 0 and string.format(" #%d", id) or ""
end

-- One whole frame. Returns its words for the list of packets.
local function dissect(frame, pinfo, root)
    local kind, id, meta_length = frame(5, 1):uint(), frame(8, 4):uint(), frame(18, 2):uint()
    local tree = root:add(ibprpc, frame)
    tree:add(f.length, frame(0, 4))
    tree:add(f.version, frame(4, 1))
    local kind_item = tree:add(f.kind, frame(5, 1))
    if frame(4, 1):uint() ~= 1 or not KINDS[kind] then
        kind_item:add_proto_expert_info(e.bad_header)
        return "unknown frame"
    end
    show_flags(frame(6, 2), tree)
    tree:add(f.id, frame(8, 4))
    argument(kind, frame(12, 4), tree)
    tree:add(f.method, frame(16, 2))
    local meta_item = tree:add(f.meta_length, frame(18, 2))
    check_crc(frame, tree)
    match(kind, id, frame(16, 2):uint(), pinfo, tree)
    local body_start = HEADER + meta_length
    if body_start > frame:len() then
        meta_item:add_proto_expert_info(e.bad_metadata)
        return KINDS[kind] .. " with too much metadata"
    end
    if meta_length > 0 then metadata(frame(HEADER, meta_length), tree) end
    local text = ""
    if body_start < frame:len() then
        text = body(frame(body_start), kind, bit.band(frame(6, 2):uint(), 0x0001) ~= 0, pinfo, tree)
    end
    local words = KINDS[kind] .. details(kind, frame, text, tree)
    tree:append_text(": " .. words)
    return words
end

-- A record of TLS. No frame begins like that: it would be longer than the longest.
local function is_tls(tvb)
    if tvb:len() < 2 then return false end
    local content_type = tvb(0, 1):uint()
    return content_type >= 0x14 and content_type <= 0x17 and tvb(1, 1):uint() == 0x03
end

-- The ports are the same with and without TLS.
local function dissect_tls(tvb, pinfo, root)
    -- Only who is called by TCP may ask for more bytes, and TLS is called from here.
    if pinfo.can_desegment > 0 then pinfo.can_desegment = pinfo.can_desegment + 1 end
    return Dissector.get("tls"):call(tvb, pinfo, root)
end

function ibprpc.dissector(tvb, pinfo, root)
    if is_tls(tvb) then return dissect_tls(tvb, pinfo, root) end
    -- A capture that cut packets short cannot be put together.
    if tvb:len() ~= tvb:reported_len() then return 0 end
    local offset, words = 0, {}
    while offset < tvb:len() do
        local left = tvb:len() - offset
        local length = left >= 4 and tvb(offset, 4):uint()
        if length and (length < LENGTH_MIN or length > FRAME_MAX - 4) then
            root:add(ibprpc, tvb(offset)):add_proto_expert_info(e.bad_length)
            words[#words + 1] = "not a frame"
            break
        end
        if not length or left < 4 + length then
            pinfo.desegment_offset = offset
            pinfo.desegment_len = length and 4 + length - left or DESEGMENT_ONE_MORE_SEGMENT
            break
        end
        words[#words + 1] = dissect(tvb(offset, 4 + length):tvb(), pinfo, root)
        offset = offset + 4 + length
    end
    pinfo.cols.protocol = "IBPRPC"
    if #words > 0 then pinfo.cols.info = table.concat(words, ", ") end
    return tvb:len()
end

-- A greeting: a frame of the connection itself whose JSON names the protocol.
local function is_greeting(tvb, pinfo, root)
    if tvb:len() < HEADER + 2 or tvb(4, 1):uint() ~= 1 or tvb(5, 1):uint() > HELLO_ACK or tvb(8, 4):uint() ~= 0 then
        return false
    end
    if not tvb:raw(HEADER):find('"magic":"IBPRPC01"', 1, true) then return false end
    pinfo.conversation = ibprpc
    ibprpc.dissector(tvb, pinfo, root)
    return true
end

ibprpc:register_heuristic("tcp", is_greeting)
local ports = DissectorTable.get("tcp.port")
ports:add("7101-7104", ibprpc)
ports:add_for_decode_as(ibprpc)
local protocols_under_tls = DissectorTable.get("tls.alpn")
if protocols_under_tls then protocols_under_tls:add("ibprpc/1", ibprpc) end
