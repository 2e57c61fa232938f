package linearizability

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rundlet/clients/go/rundletpb"
)

// view is one read of some keys, all if whole, at the revision that was seen.
type view struct {
	span
	what     string
	revision uint64
	asked    []string
	found    map[string]seen
	whole    bool
}

// look adds a view unless it fails.
func (p *player) look(read func(context.Context) (view, error)) error {
	ctx, cancel := impatient(p.random)
	defer cancel()
	v, err := read(ctx)
	if err == nil {
		p.views = append(p.views, v)
	}
	return err
}

func (p *player) batch(ctx context.Context, keys []string) (view, error) {
	v := view{what: "batch", asked: keys, found: map[string]seen{},
		whole: len(keys) == len(p.keys)}
	v.begin = p.clock.now()
	answer, err := p.store.BatchGet(ctx, &rundletpb.BatchGetRequest{Keys: keys})
	v.end = p.clock.now()
	v.revision = answer.GetReadRevision()
	for _, result := range answer.GetResults() {
		v.add(result.GetEntry())
	}
	return v, err
}

func (v *view) add(entry *rundletpb.Entry) {
	if entry != nil {
		v.found[entry.GetKey()] = seen{
			entry.GetValue().GetText(), entry.GetRevision()}
	}
}

func (p *player) scan(ctx context.Context) (view, error) {
	return p.scanAt(ctx, "")
}

func (p *player) scanAt(ctx context.Context, token string) (view, error) {
	v := view{what: "scan", asked: p.keys, found: map[string]seen{}, whole: true}
	v.begin = p.clock.now()
	stream, err := p.store.Scan(ctx, &rundletpb.ScanRequest{
		Prefix: p.prefix(), SnapshotToken: token})
	if err != nil {
		return v, err
	}
	for {
		chunk, err := stream.Recv()
		if err == io.EOF {
			v.end = p.clock.now()
			return v, nil
		}
		if err != nil {
			return v, err
		}
		v.revision = chunk.GetReadRevision()
		for _, entry := range chunk.GetEntries() {
			v.add(entry)
		}
	}
}

func (p *player) list(ctx context.Context) (view, error) {
	return p.listAt(ctx, "")
}

// listAt reads page by page, as late as the pages come: all show the moment of
// the first.
func (p *player) listAt(ctx context.Context, token string) (view, error) {
	v := view{what: "list", asked: p.keys, found: map[string]seen{}, whole: true}
	request := &rundletpb.ListRequest{Prefix: p.prefix(), SnapshotToken: token,
		PageSize: 1 + p.random.Int31n(int32(len(p.keys)))}
	v.begin = p.clock.now()
	for {
		page, err := p.store.List(ctx, request)
		if err != nil {
			return v, ended(err)
		}
		if request.PageToken == "" {
			v.end, v.revision = p.clock.now(), page.GetReadRevision()
		}
		if page.GetReadRevision() != v.revision {
			return v, fmt.Errorf("a list of revision %d went on at %d",
				v.revision, page.GetReadRevision())
		}
		for _, entry := range page.GetEntries() {
			v.add(entry)
		}
		request.PageToken = page.GetNextPageToken()
		if request.PageToken == "" {
			return v, nil
		}
	}
}

// ended: a kill of the server takes what was pinned with it.
func ended(err error) error {
	if status.Code(err) == codes.OutOfRange {
		return status.Error(codes.Unavailable, err.Error())
	}
	return err
}

// readSnapshot shows what it was opened on, however late it is read: so it is
// the opening that has to fit into real time.
func (p *player) readSnapshot(ctx context.Context) (view, error) {
	begin := p.clock.now()
	opened, err := p.store.OpenSnapshot(ctx, &rundletpb.OpenSnapshotRequest{})
	end := p.clock.now()
	if err != nil {
		return view{}, err
	}
	token := opened.GetSnapshot().GetSnapshotToken()
	if err := p.move(); err != nil {
		return view{}, err
	}
	read := []func(context.Context, string) (view, error){
		p.scanAt, p.listAt}[p.random.Intn(2)]
	v, err := read(ctx, token)
	v.what, v.span = "snapshot", span{begin, end}
	_, _ = p.store.ReleaseSnapshot(ctx,
		&rundletpb.ReleaseSnapshotRequest{SnapshotToken: token})
	if err == nil && v.revision != opened.GetSnapshot().GetReadRevision() {
		return v, fmt.Errorf("a snapshot of revision %d was read at %d",
			opened.GetSnapshot().GetReadRevision(), v.revision)
	}
	return v, ended(err)
}
