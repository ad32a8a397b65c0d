"""Where the time goes: what every primitive of a training or prediction takes.

with cornu.profiler.profile() as profile:
model.fit(x, y)
print(profile.table())
profile.save_trace("trace.json")  # for chrome://tracing or ui.perfetto.dev
"""

from cornu.profiler._profile import Profile as Profile
from cornu.profiler._profile import annotate as annotate
from cornu.profiler._profile import profile as profile
from cornu.profiler._session import AlreadyProfilingError as AlreadyProfilingError
from cornu.profiler._session import NotProfilingError as NotProfilingError
from cornu.profiler._session import start as start
from cornu.profiler._session import stop as stop
