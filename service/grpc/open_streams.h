// OpenStreams: the streams under way that may last, such as watches, so that a
// drain can end them. The gate does not wait for them.

#ifndef RUNDLET_SERVICE_GRPC_OPEN_STREAMS_H_
#define RUNDLET_SERVICE_GRPC_OPEN_STREAMS_H_

#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace rundlet {

// Thread-safe. Outlives the server whose streams these are.
class OpenStreams {
 public:
  // A stream. Both are called with the lock held, and call back nothing inline.
  class Member {
   public:
    virtual ~Member() = default;
    // Ends it, once what is being sent is sent.
    virtual void Drain() = 0;
    // Ends it although the client does not take what is being sent.
    virtual void Abandon() = 0;
  };

  OpenStreams() = default;
  // Waits for who is inside Remove still: a stream that was abandoned goes when
  // gRPC lets it.
  ~OpenStreams() ABSL_LOCKS_EXCLUDED(mutex_);
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

  // False: the server drains, and the stream has to end at once. The member is
  // there until Remove.
  bool Add(Member* member) ABSL_LOCKS_EXCLUDED(mutex_);
  // Does nothing if it is not there.
  void Remove(Member* member) ABSL_LOCKS_EXCLUDED(mutex_);

  // Drains every stream, and waits until they are gone, at most this long;
  // those that are left then are abandoned. For good.
  void Drain(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<Member*> members_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_OPEN_STREAMS_H_
