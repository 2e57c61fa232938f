package rundlet

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rundlet/clients/go/rundletpb"
)

// Durability is how far a write has to be before it is acknowledged. As an
// option of a write it asks for that.
type Durability int32

// The levels of durability. The zero value is the server's default.
const (
	// Memory: handed to the engine. A crash may lose the last writes.
	Memory = Durability(rundletpb.Durability_DURABILITY_MEMORY)

	// OS: handed to the kernel. Survives the end of the process.
	OS = Durability(rundletpb.Durability_DURABILITY_OS)

	// Disk: synced. Survives a power loss.
	Disk = Durability(rundletpb.Durability_DURABILITY_DISK)
)

// Entry is one version of one key.
type Entry struct {
	Key string

	// Value has no kind if ValueOmitted.
	Value        Value
	ValueOmitted bool

	// Large is set if the value is a large one, which GetLarge reads.
	Large *LargeInfo

	// Revision is the place of the write in the one order of all writes,
	// CreateRevision that of the write that made the key exist, and Version
	// the number of writes since then, that one included.
	Revision, CreateRevision, Version uint64

	// CreateTime and ModifyTime are in the server's time.
	CreateTime, ModifyTime time.Time

	// ExpireTime is when the key goes away; zero: never.
	ExpireTime time.Time
}

// Receipt is what every write answers.
type Receipt struct {
	// Revision is that of the write; 0 if it changed nothing.
	Revision uint64

	// ReadRevision is the newest revision seen. A read with
	// MinRevision(ReadRevision) never shows an older state.
	ReadRevision uint64

	// Durability is what was reached, at least.
	Durability Durability

	// DurableRevision is the newest revision that is on disk, it and all before.
	DurableRevision uint64

	// Replayed: this is the outcome of an earlier request with the same
	// RequestID. It has no previous entries.
	Replayed bool
}

// PutResult is what a put did.
type PutResult struct {
	Receipt

	// Existed: the key had a value before.
	Existed bool

	// Previous is what was there before, with ReturnPrevious.
	Previous *Entry
}

// DeleteResult is what a delete did.
type DeleteResult struct {
	Receipt

	// Deleted: the key existed.
	Deleted bool

	// Previous is what was there before, with ReturnPrevious.
	Previous *Entry
}

// SetExpiryResult is what a change of expiry did.
type SetExpiryResult struct {
	Receipt

	// Updated: the key exists, passed the test, and has the new expiry.
	Updated bool

	// Existed: the key existed.
	Existed bool

	// Previous is what was there before, with ReturnPrevious; also if it did
	// not pass the test.
	Previous *Entry
}

// Page is a part of a range.
type Page struct {
	Entries []*Entry

	// NextPageToken asks for the next page; empty: this was the last one.
	NextPageToken string

	// ReadRevision is the revision that every page is read at.
	ReadRevision uint64
}

func entryFrom(message *rundletpb.Entry) *Entry {
	if message == nil {
		return nil
	}
	return &Entry{
		Key:            message.GetKey(),
		Value:          valueFrom(message.GetValue()),
		ValueOmitted:   message.GetValueOmitted(),
		Large:          largeInfoFrom(message.GetLargeValue()),
		Revision:       message.GetRevision(),
		CreateRevision: message.GetCreateRevision(),
		Version:        message.GetVersion(),
		CreateTime:     timeFrom(message.GetCreateTime()),
		ModifyTime:     timeFrom(message.GetModifyTime()),
		ExpireTime:     timeFrom(message.GetExpireTime()),
	}
}

func entriesFrom(messages []*rundletpb.Entry) []*Entry {
	entries := make([]*Entry, len(messages))
	for i, message := range messages {
		entries[i] = entryFrom(message)
	}
	return entries
}

func timeFrom(timestamp *timestamppb.Timestamp) time.Time {
	if timestamp == nil {
		return time.Time{}
	}
	return timestamp.AsTime()
}

// What the answers to all writes have.
type receiptMessage interface {
	GetRevision() uint64
	GetReadRevision() uint64
	GetDurability() rundletpb.Durability
	GetDurableRevision() uint64
	GetReplayed() bool
}

func receiptFrom(message receiptMessage) Receipt {
	return Receipt{
		Revision:        message.GetRevision(),
		ReadRevision:    message.GetReadRevision(),
		Durability:      Durability(message.GetDurability()),
		DurableRevision: message.GetDurableRevision(),
		Replayed:        message.GetReplayed(),
	}
}
