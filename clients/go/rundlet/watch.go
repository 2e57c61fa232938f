package rundlet

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"rundlet/clients/go/rundletpb"
)

// How soon a stream that broke is followed by another one: at first, at most.
const (
	watchWaitFirst = 100 * time.Millisecond
	watchWaitMax   = 5 * time.Second
)

// WatchOption: PresentState, WatchFrom, NoPuts, NoDeletes, MetadataOnly,
// BookmarkInterval.
type WatchOption interface{ watch(*rundletpb.WatchRequest) }

// PresentState asks for what is there first.
type PresentState struct{}

func (PresentState) watch(request *rundletpb.WatchRequest) {
	request.PresentState = true
}

// WatchFrom asks for every change from a revision on: one above that of the
// last Event of another watch. With StoreID, another store fails with
// ErrForeignStore.
type WatchFrom struct {
	Revision uint64
	StoreID  string
}

func (f WatchFrom) watch(request *rundletpb.WatchRequest) {
	request.StartRevision, request.StoreId = f.Revision, f.StoreID
}

// NoPuts leaves out puts and changes of expiry.
type NoPuts struct{}

func (NoPuts) watch(request *rundletpb.WatchRequest) { request.NoPuts = true }

// NoDeletes leaves out deletes and expired keys.
type NoDeletes struct{}

func (NoDeletes) watch(request *rundletpb.WatchRequest) {
	request.NoDeletes = true
}

func (MetadataOnly) watch(request *rundletpb.WatchRequest) {
	request.MetadataOnly = true
}

// BookmarkInterval asks for an Event without changes when there has been none
// for so long.
type BookmarkInterval time.Duration

func (i BookmarkInterval) watch(request *rundletpb.WatchRequest) {
	request.BookmarkInterval = durationpb.New(time.Duration(i))
}

// Cause is what changed a key.
type Cause int32

// The causes.
const (
	CausePut     = Cause(rundletpb.Cause_CAUSE_PUT)
	CauseDelete  = Cause(rundletpb.Cause_CAUSE_DELETE)
	CauseExpired = Cause(rundletpb.Cause_CAUSE_EXPIRED)
)

// Change is a change of one key. Of a delete or an expired key, Entry has Key,
// Revision and ModifyTime.
type Change struct {
	Cause Cause
	Entry *Entry
}

// Event is what a watch brings.
type Event struct {
	// Present has entries of the present state, in the order of their keys.
	Present []*Entry

	// Marker: changes begin here; the present state is complete.
	Marker bool

	// Changes has whole transactions, in their order.
	Changes []Change

	// Revision is up to where everything has come: WatchFrom goes on one above
	// it. 0 with Present.
	Revision uint64

	// StoreID is which store's revision that is.
	StoreID string
}

// Watch yields the changes of ranges, without end: the Marker, then Changes. An
// error ends it, and so does the context.
//
// A stream that breaks off is followed by another one behind what has come:
// nothing is missed, nothing comes twice. What cannot be resumed is an error:
// ErrHistoryGone, if the server no longer keeps what comes next, and any error
// before the Marker.
func (c *Client) Watch(ctx context.Context, ranges []Range,
	options ...WatchOption) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		request := &rundletpb.WatchRequest{JsonAsText: true}
		for _, keys := range ranges {
			request.Ranges = append(request.Ranges, &rundletpb.KeyRange{
				Prefix: keys.prefix, Start: keys.start, End: keys.end})
		}
		for _, option := range options {
			option.watch(request)
		}
		w := watcher{client: c, request: request, yield: yield}
		w.run(ctx)
	}
}

// watcher is one watch, over all of its streams.
type watcher struct {
	client  *Client
	request *rundletpb.WatchRequest
	yield   func(Event, error) bool
	begun   bool // the marker has come
	moved   bool // the last stream has brought something
}

func (w *watcher) run(ctx context.Context) {
	wait := watchWaitFirst
	for {
		w.moved = false
		more, err := w.stream(ctx)
		if !more {
			return
		}
		failure := asError(err, w.request, false)
		if ctx.Err() != nil || !w.begun || !watchResumable(failure) {
			w.yield(Event{}, failure)
			return
		}
		if w.moved {
			wait = watchWaitFirst
		}
		select {
		case <-ctx.Done():
			w.yield(Event{}, asError(status.FromContextError(ctx.Err()).Err(),
				w.request, false))
			return
		case <-time.After(time.Duration(
			float64(wait) * (0.8 + 0.4*rand.Float64()))):
		}
		wait = min(3*wait, watchWaitMax)
	}
}

// stream reads one stream. False: the consumer has left; else err is why it
// ended.
func (w *watcher) stream(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.client.store.Watch(ctx, w.request)
	if err != nil {
		return true, err
	}
	var gathered []Change
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return true, errEarlyEnd
		}
		if err != nil {
			return true, err
		}
		w.moved = true
		event, ok := w.take(message, &gathered)
		if ok && !w.yield(event, nil) {
			return false, nil
		}
	}
}

// take makes an event of a message; false: there is none to tell.
func (w *watcher) take(message *rundletpb.WatchResponse,
	gathered *[]Change) (Event, bool) {
	switch part := message.GetPart().(type) {
	case *rundletpb.WatchResponse_Present:
		return Event{Present: entriesFrom(part.Present.GetEntries())}, true
	case *rundletpb.WatchResponse_Marker:
		first := !w.begun
		event := w.reach(part.Marker.GetThroughRevision(),
			part.Marker.GetStoreId())
		event.Marker = true
		return event, first
	case *rundletpb.WatchResponse_Bookmark:
		return w.reach(part.Bookmark.GetThroughRevision(),
			part.Bookmark.GetStoreId()), true
	case *rundletpb.WatchResponse_Changes:
		for _, change := range part.Changes.GetChanges() {
			*gathered = append(*gathered, Change{
				Cause: Cause(change.GetCause()),
				Entry: entryFrom(change.GetEntry())})
		}
		if !part.Changes.GetLastFragment() {
			return Event{}, false
		}
		event := w.reach(part.Changes.GetThroughRevision(), w.request.StoreId)
		event.Changes, *gathered = *gathered, nil
		return event, true
	}
	return Event{}, false
}

// reach lets the next stream begin behind a revision.
func (w *watcher) reach(revision uint64, storeID string) Event {
	w.begun = true
	w.request.PresentState = false
	w.request.StartRevision = revision + 1
	w.request.StoreId = storeID
	return Event{Revision: revision, StoreID: storeID}
}

// watchResumable tells whether a watch may end with this though all that comes
// next is there.
func watchResumable(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) {
		return false
	}
	switch failure.Reason {
	case ErrSlowReader, ErrTooMany:
		return true
	case "":
		// A drain cancels who does not read.
		return failure.Code == codes.Unavailable ||
			failure.Code == codes.Canceled
	}
	return failure.Code == codes.Unavailable
}
