// SPDX-License-Identifier: Apache-2.0
#include "inference/internal/Pickle.h"

#include "volume/Error.h"

#include <algorithm>
#include <bit>
#include <set>
#include <unordered_map>

namespace hounsfield {

using Kind = PickleValue::Kind;

/// The pickle machine with the few opcodes that torch.save uses. Opcode names as in Python's pickletools.
class PickleReader {
public:
    PickleReader(const std::string& bytes, const std::string& source, PickleForm form, std::size_t from,
                 std::deque<PickleValue>& values)
        : m_bytes(bytes), m_source(source), m_form(form), m_values(values), m_at(std::min(from, bytes.size()))
    {
    }
    std::size_t at() const { return m_at; }

    PickleValue* read()
    {
        for (;;) {
            const auto code = static_cast<unsigned char>(next(1)[0]);
            if (code == '.')
                return pop();
            if (!number(code) && !text(code) && !container(code) && !memo(code))
                special(code);
        }
    }

private:
    [[noreturn]] void damaged() const
    {
        throw Error(ErrorKind::Model,
                    "The checkpoint " + m_source +
                        " is damaged: its index breaks off or does not fit together. Get it again.");
    }
    [[noreturn]] void hostile(const std::string& what) const
    {
        throw Error(ErrorKind::Model, "The checkpoint " + m_source + " asks for \"" + what.substr(0, 120) +
                                          "\", which a file of weights has no need of. It may be hostile. "
                                          "Nothing in it was run; do not use it.");
    }

    std::string_view next(std::uint64_t count)
    {
        if (count > m_bytes.size() - m_at)
            damaged();
        const std::string_view part = std::string_view(m_bytes).substr(m_at, count);
        m_at += count;
        return part;
    }
    std::uint64_t unsignedNumber(int width)
    {
        const std::string_view part = next(static_cast<std::uint64_t>(width));
        std::uint64_t value = 0;
        for (int i = width - 1; i >= 0; --i)
            value = value << 8 | static_cast<unsigned char>(part[static_cast<std::size_t>(i)]);
        return value;
    }
    std::string line()
    {
        const std::size_t end = m_bytes.find('\n', m_at);
        if (end == std::string::npos)
            damaged();
        std::string text = m_bytes.substr(m_at, end - m_at);
        m_at = end + 1;
        return text;
    }

    /// What a few bytes can make again and again from what is there already is counted, so that a small file
    /// never becomes all memory.
    void count(std::size_t parts)
    {
        constexpr std::size_t most = 4u << 20;
        if ((m_parts += parts) > std::min(most, 1000 + 16 * m_bytes.size()))
            damaged();
    }
    PickleValue* push(Kind kind)
    {
        count(4);
        PickleValue& value = m_values.emplace_back();
        value.kind = kind;
        m_stack.push_back(&value);
        return &value;
    }
    PickleValue* pop()
    {
        if (m_stack.size() <= lastMark())
            damaged();
        PickleValue* value = m_stack.back();
        m_stack.pop_back();
        return value;
    }
    std::size_t lastMark() const { return m_marks.empty() ? 0 : m_marks.back(); }
    PickleValue* top(Kind kind)
    {
        if (m_stack.empty() || m_stack.back()->kind != kind)
            damaged();
        return m_stack.back();
    }
    std::vector<PickleValue*> popToMark()
    {
        if (m_marks.empty() || m_marks.back() > m_stack.size())
            damaged();
        const auto from = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        std::vector<PickleValue*> items(from, m_stack.end());
        m_stack.erase(from, m_stack.end());
        m_marks.pop_back();
        return items;
    }
    void pushInteger(std::int64_t value, Kind kind = Kind::Int) { push(kind)->integer = value; }

    bool number(unsigned char code)
    {
        switch (code) {
        case 'K': // BININT1
            pushInteger(static_cast<std::int64_t>(unsignedNumber(1)));
            return true;
        case 'M': // BININT2
            pushInteger(static_cast<std::int64_t>(unsignedNumber(2)));
            return true;
        case 'J': // BININT
            pushInteger(static_cast<std::int32_t>(unsignedNumber(4)));
            return true;
        case 0x8a: { // LONG1
            const int width = static_cast<int>(unsignedNumber(1));
            if (width > 8)
                damaged();
            const std::uint64_t value = unsignedNumber(width);
            const int spare = 64 - 8 * width;
            pushInteger(width == 0 ? 0 : static_cast<std::int64_t>(value << spare) >> spare);
            return true;
        }
        case 'G': { // BINFLOAT, big endian
            std::uint64_t value = 0;
            for (char c : next(8))
                value = value << 8 | static_cast<unsigned char>(c);
            push(Kind::Float)->real = std::bit_cast<double>(value);
            return true;
        }
        case 0x88: // NEWTRUE
        case 0x89: // NEWFALSE
            pushInteger(code == 0x88, Kind::Bool);
            return true;
        case 'N': // NONE
            push(Kind::None);
            return true;
        default:
            return false;
        }
    }

    bool text(unsigned char code)
    {
        int width = 0;
        if (code == 'X' || code == 'T') // BINUNICODE, BINSTRING
            width = 4;
        else if (code == 0x8c || code == 'U') // SHORT_BINUNICODE, SHORT_BINSTRING
            width = 1;
        else
            return false;
        push(Kind::Text)->text = std::string(next(unsignedNumber(width)));
        return true;
    }

    void pushTuple(std::vector<PickleValue*> items) { push(Kind::Tuple)->items = std::move(items); }

    void setItems(const std::vector<PickleValue*>& items)
    {
        PickleValue* dict = top(Kind::Dict);
        if (items.size() % 2)
            damaged();
        for (std::size_t i = 0; i < items.size(); i += 2)
            dict->entries.emplace_back(items[i], items[i + 1]);
    }

    bool container(unsigned char code)
    {
        switch (code) {
        case '(': // MARK
            count(1);
            m_marks.push_back(m_stack.size());
            return true;
        case '}':
            push(Kind::Dict);
            return true;
        case ']':
            push(Kind::List);
            return true;
        case ')':
            push(Kind::Tuple);
            return true;
        case 't':
            pushTuple(popToMark());
            return true;
        case 0x85: // TUPLE1
        case 0x86:
        case 0x87: {
            std::vector<PickleValue*> items(code - 0x84u);
            for (std::size_t i = items.size(); i-- > 0;)
                items[i] = pop();
            pushTuple(std::move(items));
            return true;
        }
        case 'a': { // APPEND
            PickleValue* item = pop();
            top(Kind::List)->items.push_back(item);
            return true;
        }
        case 'e': { // APPENDS
            const auto items = popToMark();
            PickleValue* list = top(Kind::List);
            list->items.insert(list->items.end(), items.begin(), items.end());
            return true;
        }
        case 's': { // SETITEM
            PickleValue* value = pop();
            PickleValue* key = pop();
            setItems({key, value});
            return true;
        }
        case 'u': // SETITEMS
            setItems(popToMark());
            return true;
        default:
            return false;
        }
    }

    bool memo(unsigned char code)
    {
        switch (code) {
        case 'q':    // BINPUT
        case 'r':    // LONG_BINPUT
        case 0x94: { // MEMOIZE
            if (m_stack.empty())
                damaged();
            std::uint64_t key = m_memo.size();
            if (code != 0x94)
                key = unsignedNumber(code == 'q' ? 1 : 4);
            count(1);
            m_memo[key] = m_stack.back();
            return true;
        }
        case 'h':   // BINGET
        case 'j': { // LONG_BINGET
            const auto found = m_memo.find(unsignedNumber(code == 'h' ? 1 : 4));
            if (found == m_memo.end())
                damaged();
            count(1);
            m_stack.push_back(found->second);
            return true;
        }
        default:
            return false;
        }
    }

    void special(unsigned char code)
    {
        switch (code) {
        case 0x80: // PROTO
            if (unsignedNumber(1) > 5)
                damaged();
            return;
        case 0x95: // FRAME
            next(8);
            return;
        case 'c': { // GLOBAL
            const std::string module = line();
            global(module + "." + line());
            return;
        }
        case 0x93: { // STACK_GLOBAL
            const PickleValue* name = pop();
            const PickleValue* module = pop();
            if (name->kind != Kind::Text || module->kind != Kind::Text)
                damaged();
            global(module->text + "." + name->text);
            return;
        }
        case 'Q': // BINPERSID
            persistent();
            return;
        case 'R': // REDUCE
            reduce();
            return;
        case 'b': { // BUILD: the parts of a module; a state dict carries the attribute _metadata, which says
                    // nothing about weights
            const PickleValue* state = pop();
            if (state->kind != Kind::Dict)
                hostile("the state of an object");
            if (PickleValue* object = top(Kind::Dict); !object->text.empty() && object != state) {
                count(state->entries.size());
                object->entries.insert(object->entries.end(), state->entries.begin(), state->entries.end());
            }
            return;
        }
        case 0x81: // NEWOBJ
            newModule();
            return;
        default:
            hostile("pickle instruction " + std::to_string(code));
        }
    }

    void newModule()
    {
        const PickleValue* arguments = pop();
        const PickleValue* made = pop();
        if (made->kind != Kind::Global || arguments->kind != Kind::Tuple || !arguments->items.empty() ||
            made->text.rfind("__torch__.", 0) != 0)
            hostile("a new object");
        push(Kind::Dict)->text = made->text;
    }

    void global(const std::string& name)
    {
        static const std::set<std::string> known{"collections.OrderedDict",
                                                 "torch._utils._rebuild_tensor_v2",
                                                 "torch._utils._rebuild_parameter",
                                                 "torch.Size",
                                                 "torch.FloatStorage",
                                                 "torch.DoubleStorage",
                                                 "torch.HalfStorage",
                                                 "torch.BFloat16Storage",
                                                 "torch.LongStorage",
                                                 "torch.IntStorage",
                                                 "torch.ShortStorage",
                                                 "torch.CharStorage",
                                                 "torch.ByteStorage",
                                                 "torch.BoolStorage"};
        static const std::set<std::string> lists{
            "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist"};
        const bool ofModule =
            m_form == PickleForm::TorchScript && (name.rfind("__torch__.", 0) == 0 || lists.count(name));
        if ((!known.count(name) && !ofModule) || name.size() > longestName)
            hostile(name);
        push(Kind::Global)->text = name;
    }

    /// ('storage', torch.FloatStorage, key, device, elements), and None in the legacy form
    void persistent()
    {
        const PickleValue* id = pop();
        const bool legacy = m_form == PickleForm::Legacy;
        if (id->kind != Kind::Tuple || id->items.size() != (legacy ? 6u : 5u) ||
            (legacy && id->items[5]->kind != Kind::None) || id->items[0]->kind != Kind::Text ||
            id->items[0]->text != "storage" || id->items[1]->kind != Kind::Global ||
            id->items[2]->kind != Kind::Text || id->items[4]->kind != Kind::Int ||
            id->items[1]->text.rfind("torch.", 0) != 0 || id->items[2]->text.size() > longestName)
            damaged();
        PickleValue* storage = push(Kind::Storage);
        storage->type = id->items[1]->text.substr(6);
        storage->text = id->items[2]->text;
        storage->integer = id->items[4]->integer;
    }

    std::vector<std::int64_t> integers(const PickleValue* tuple)
    {
        constexpr std::size_t mostAxes = 64;
        if (tuple->kind != Kind::Tuple || tuple->items.size() > mostAxes)
            damaged();
        count(tuple->items.size());
        std::vector<std::int64_t> values;
        for (const PickleValue* item : tuple->items) {
            if (item->kind != Kind::Int || item->integer < 0)
                damaged();
            values.push_back(item->integer);
        }
        return values;
    }

    void reduce()
    {
        const PickleValue* arguments = pop();
        const PickleValue* callee = pop();
        if (arguments->kind != Kind::Tuple || callee->kind != Kind::Global)
            damaged();
        const auto& a = arguments->items;
        if (callee->text == "collections.OrderedDict" && a.empty()) {
            push(Kind::Dict);
        } else if (callee->text.rfind("torch.jit._pickle.build_", 0) == 0 && a.size() == 1) {
            m_stack.push_back(a[0]);
        } else if (callee->text == "torch._utils._rebuild_parameter" && !a.empty() &&
                   a[0]->kind == Kind::Tensor) {
            m_stack.push_back(a[0]);
        } else if (callee->text == "torch.Size" && a.size() == 1 && a[0]->kind == Kind::Tuple) {
            m_stack.push_back(a[0]);
        } else if (callee->text == "torch._utils._rebuild_tensor_v2" && a.size() >= 4 &&
                   a[0]->kind == Kind::Storage && a[1]->kind == Kind::Int) {
            PickleValue* tensor = push(Kind::Tensor);
            tensor->storage = a[0];
            tensor->integer = a[1]->integer;
            tensor->shape = integers(a[2]);
            tensor->strides = integers(a[3]);
        } else {
            hostile(callee->text + " with unusual arguments");
        }
    }

    static constexpr std::size_t longestName = 1000;

    const std::string& m_bytes;
    const std::string& m_source;
    PickleForm m_form;
    std::deque<PickleValue>& m_values;
    std::size_t m_at, m_parts = 0;
    std::vector<PickleValue*> m_stack;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, PickleValue*> m_memo;
};

Pickle::Pickle(const std::string& bytes, const std::string& source, PickleForm form, std::size_t from)
{
    PickleReader reader(bytes, source, form, from, m_values);
    m_root = reader.read();
    m_size = reader.at() - from;
}

} // namespace hounsfield
