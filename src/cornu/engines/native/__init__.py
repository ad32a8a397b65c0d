"""The native engine: graphs become plans of the C++ extension."""

from cornu.engines.native.engine import NativeEngine as NativeEngine
