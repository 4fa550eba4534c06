"""The parts of Windows that Python's `winreg` and `pythoncom` show, in memory."""

from types import ModuleType


class Registry(ModuleType):
    """`winreg` over a mapping of keys, such as ``HKCU\\Software``, to their values."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = "HKCU", "HKLM"
    KEY_READ, KEY_SET_VALUE, KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x20019, 2, 0x100, 0x200
    REG_SZ, REG_DWORD = 1, 4

    def __init__(self, keys=None, locked=()):
        super().__init__("winreg")
        self.keys = {path: dict(values) for path, values in (keys or {}).items()}
        self.locked = locked

    def OpenKey(self, hive, path, _=0, access=KEY_READ):
        wanted = f"{hive}\\{path}".casefold()
        if access & self.KEY_WOW64_32KEY:
            wanted = wanted.replace("hklm\\software\\", "hklm\\software\\wow6432node\\")
        if any(wanted == path.casefold() for path in self.locked):
            raise PermissionError(wanted)
        if not any(p.casefold() == wanted or p.casefold().startswith(f"{wanted}\\") for p in self):
            raise FileNotFoundError(wanted)
        return Key(wanted, access)

    def CreateKeyEx(self, hive, path, reserved, access):
        if not any(known.casefold() == f"{hive}\\{path}".casefold() for known in self):
            self.keys[f"{hive}\\{path}"] = {}
        return self.OpenKey(hive, path, reserved, access)

    def SetValueEx(self, key, name, _, kind, value):
        self._allowed(key, self.KEY_SET_VALUE)
        assert kind == (self.REG_DWORD if isinstance(value, int) else self.REG_SZ)
        self._values(key)[name] = value

    def DeleteValue(self, key, name):
        self._allowed(key, self.KEY_SET_VALUE)
        if name not in self._values(key):
            raise FileNotFoundError(name)
        del self._values(key)[name]

    def EnumValue(self, key, index):
        pairs = list(self._values(key).items())
        if index >= len(pairs):
            raise OSError(259, "No more data is available")
        name, value = pairs[index]
        return name, value, self.REG_DWORD if isinstance(value, int) else self.REG_SZ

    def EnumKey(self, key, index):
        below = sorted(
            {
                path[len(key.path) + 1 :].split("\\")[0]
                for path in self
                if path.casefold().startswith(f"{key.path}\\")
            }
        )
        if index >= len(below):
            raise OSError(259, "No more data is available")
        return below[index]

    def __iter__(self):
        return iter(self.keys)

    def _values(self, key):
        return next((v for path, v in self.keys.items() if path.casefold() == key.path), {})

    def _allowed(self, key, right):
        if not key.access & right:
            raise PermissionError(key.path)


class Key:
    def __init__(self, path, access):
        self.path, self.access = path, access

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Com(ModuleType):
    """`pythoncom` with the count of objects that keeps a server alive."""

    CLSCTX_LOCAL_SERVER, IID_IDispatch = 4, "{00020400-0000-0000-C000-000000000046}"

    class com_error(Exception):  # noqa: N801 - pywin32's name
        pass

    def __init__(self, running=()):
        super().__init__("pythoncom")
        self.running, self.objects, self.quit = set(running), 0, False

    def CreateStreamOnHGlobal(self):
        return Held(self)

    def CoCreateInstance(self, clsid, outer, context, interface):
        assert (outer, context, interface) == (None, self.CLSCTX_LOCAL_SERVER, self.IID_IDispatch)
        if clsid not in self.running:
            raise self.com_error(-2147221164, "Class not registered", None, None)


class Held:
    """An object of COM: the last one that goes posts WM_QUIT to the server."""

    def __init__(self, com):
        self.com = com
        com.objects += 1

    def __del__(self):
        self.com.objects -= 1
        if self.com.objects == 0:
            self.com.quit = True
