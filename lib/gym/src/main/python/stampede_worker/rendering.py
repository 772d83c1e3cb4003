"""What draws MuJoCo and MiniWorld where there is no screen. Needs nothing but Python."""

import ctypes
import os
import sys
from collections.abc import Mapping


def prepare() -> None:
    """Sets MUJOCO_GL, unless the user has; to be called before MuJoCo is asked for pictures."""
    if not prefer():
        raise RuntimeError(f"MuJoCo finds no OpenGL to draw with: {advice()}")


def prefer() -> bool:
    """The same where it may not be asked for any; whether there is something to draw with."""
    chosen = mujoco_gl(os.environ)
    if chosen is not None:
        os.environ["MUJOCO_GL"] = chosen
    return chosen is not None


def mujoco_gl(environment: Mapping[str, str]) -> str | None:
    """Gives what MUJOCO_GL should be; None if nothing here can draw."""
    if environment.get("MUJOCO_GL"):
        return environment["MUJOCO_GL"]
    if sys.platform != "linux":
        return "glfw"
    if egl_draws():
        return "egl"
    if loads("libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"):
        return "osmesa"
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return "glfw"
    return None


def egl_draws() -> bool:
    """Whether EGL has a device: its library alone, without a driver's, has none."""
    egl = loads("libEGL.so.1")
    if egl is None:
        return False
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    address = egl.eglGetProcAddress(b"eglQueryDevicesEXT")
    if not address:
        return False
    query = ctypes.CFUNCTYPE(
        ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)
    )(address)
    devices = ctypes.c_int()
    return bool(query(0, None, ctypes.byref(devices))) and devices.value > 0


def loads(*libraries: str) -> ctypes.CDLL | None:
    for library in libraries:
        try:
            return ctypes.CDLL(library)
        except OSError:
            continue
    return None


def advice() -> str:
    return (
        "install EGL (Debian: apt install libegl1 libegl-mesa0; Fedora: dnf install mesa-libEGL) "
        "or OSMesa (Debian: apt install libosmesa6; Fedora: dnf install mesa-compat-libOSMesa)"
    )
