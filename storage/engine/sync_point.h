// Sync points: named places of the engine at which a test can hold a thread, to
// bring the steps of two threads into the order that it wants. They are nothing
// unless RUNDLET_SYNC_POINTS is defined, as it is with --config=tsan.

#ifndef RUNDLET_STORAGE_ENGINE_SYNC_POINT_H_
#define RUNDLET_STORAGE_ENGINE_SYNC_POINT_H_

#ifdef RUNDLET_SYNC_POINTS

#include <atomic>

namespace rundlet {

// Called by each thread at each of its sync points, with the point's name, some
// of them under locks of the engine. Null: nobody wants to know.
using SyncPointHook = void (*)(const char* name);
inline std::atomic<SyncPointHook> sync_point_hook{nullptr};

inline void ReachSyncPoint(const char* name) {
  const SyncPointHook hook = sync_point_hook.load();
  if (hook != nullptr) hook(name);
}

}  // namespace rundlet

#define RUNDLET_SYNC_POINT(name) ::rundlet::ReachSyncPoint(name)

#else

#define RUNDLET_SYNC_POINT(name) static_cast<void>(0)

#endif  // RUNDLET_SYNC_POINTS

#endif  // RUNDLET_STORAGE_ENGINE_SYNC_POINT_H_
