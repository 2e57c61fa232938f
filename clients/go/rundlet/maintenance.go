package rundlet

import (
	"context"
	"errors"
	"io"

	"rundlet/clients/go/rundletpb"
)

// Stats tells what the store counts.
func (c *Client) Stats(ctx context.Context) (*rundletpb.StatsResponse, error) {
	return read(ctx, c, c.admin.Stats, &rundletpb.StatsRequest{})
}

// SetLogLevel sets how much the server writes to its log, and returns what it
// was.
func (c *Client) SetLogLevel(ctx context.Context, level rundletpb.LogLevel) (
	rundletpb.LogLevel, error) {
	answer, err := read(ctx, c, c.admin.SetLogLevel,
		&rundletpb.SetLogLevelRequest{Level: level})
	return answer.GetPrevious(), err
}

// Compact gives back the space of old versions; it returns when that is done. A
// context without a deadline gets CompactTimeout.
func (c *Client) Compact(ctx context.Context) (
	*rundletpb.CompactResponse, error) {
	return invoke(ctx, CompactTimeout, c.admin.Compact,
		&rundletpb.CompactRequest{}, false)
}

// ExplainCompaction tells what Compact would do now, and why. It looks at every
// key.
func (c *Client) ExplainCompaction(ctx context.Context) (
	*rundletpb.ExplainCompactionResponse, error) {
	return read(ctx, c, c.admin.ExplainCompaction,
		&rundletpb.ExplainCompactionRequest{})
}

// Verification is what a verification found.
type Verification struct {
	Summary *rundletpb.VerifySummary

	// Damage has the damaged records; empty: all is well.
	Damage []*rundletpb.DamagedRecord
}

// Verify reads every record on the disk. Damage is no error. A context without a
// deadline gets CompactTimeout.
func (c *Client) Verify(ctx context.Context) (Verification, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, CompactTimeout)
		defer cancel()
	}
	request := &rundletpb.VerifyRequest{}
	stream, err := c.admin.Verify(ctx, request)
	if err != nil {
		return Verification{}, asError(err, request, false)
	}
	var found Verification
	for {
		part, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF) && found.Summary != nil:
			return found, nil
		case errors.Is(err, io.EOF):
			return Verification{}, asError(errEarlyEnd, request, false)
		case err != nil:
			return Verification{}, asError(err, request, false)
		case part.GetDamage() != nil:
			found.Damage = append(found.Damage, part.GetDamage())
		case part.GetSummary() != nil:
			found.Summary = part.GetSummary()
		}
	}
}

// Backup writes the store as it is now into a new folder of this name below the
// server's --backup_root. ErrBackupExists: there is one. ErrNotConfigured: the
// server has no such root. A context without a deadline gets CompactTimeout.
func (c *Client) Backup(ctx context.Context, name string) (
	*rundletpb.BackupResponse, error) {
	return invoke(ctx, CompactTimeout, c.admin.Backup,
		&rundletpb.BackupRequest{Name: name}, false)
}
