package rundlet

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"rundlet/clients/go/rundletpb"
)

// Snapshot is a point of the order of writes that stays readable while its lease
// runs. It is an option of Get, BatchGet, Scan and List, which then read at it;
// behind its end they fail with ErrHistoryGone.
type Snapshot struct {
	client *Client
	token  string

	// Revision is what it shows: everything up to it, and nothing later.
	Revision uint64

	// LeaseEnd is when it may be gone, in the server's time, unless it is
	// renewed.
	LeaseEnd time.Time
}

// OpenSnapshot takes a snapshot of now. It stays for the lease, or as long as
// the server says if that is 0. The caller releases it.
func (c *Client) OpenSnapshot(ctx context.Context, lease time.Duration) (
	*Snapshot, error) {
	answer, err := read(ctx, c, c.store.OpenSnapshot,
		&rundletpb.OpenSnapshotRequest{Lease: leaseOf(lease)})
	if err != nil {
		return nil, err
	}
	snapshot := &Snapshot{client: c}
	snapshot.take(answer.GetSnapshot())
	return snapshot, nil
}

// Renew lets the lease run anew from now on. Too late: ErrSnapshotGone.
func (s *Snapshot) Renew(ctx context.Context, lease time.Duration) error {
	answer, err := read(ctx, s.client, s.client.store.RenewSnapshot,
		&rundletpb.RenewSnapshotRequest{
			SnapshotToken: s.token, Lease: leaseOf(lease)})
	if err != nil {
		return err
	}
	s.take(answer.GetSnapshot())
	return nil
}

// Release lets it go. That it has ended already is no error.
func (s *Snapshot) Release(ctx context.Context) error {
	_, err := read(ctx, s.client, s.client.store.ReleaseSnapshot,
		&rundletpb.ReleaseSnapshotRequest{SnapshotToken: s.token})
	if errors.Is(err, ErrSnapshotGone) {
		return nil
	}
	return err
}

func (s *Snapshot) take(message *rundletpb.Snapshot) {
	s.token = message.GetSnapshotToken()
	s.Revision = message.GetReadRevision()
	s.LeaseEnd = timeFrom(message.GetLeaseEndTime())
}

func (s *Snapshot) get(request *rundletpb.GetRequest) {
	request.SnapshotToken = s.token
}

func (s *Snapshot) batchGet(request *rundletpb.BatchGetRequest) {
	request.SnapshotToken = s.token
}

func (s *Snapshot) scan(request *rundletpb.ScanRequest) {
	request.SnapshotToken = s.token
}

func (s *Snapshot) list(request *rundletpb.ListRequest) {
	request.SnapshotToken = s.token
}

func leaseOf(lease time.Duration) *durationpb.Duration {
	if lease == 0 {
		return nil
	}
	return durationpb.New(lease)
}
