// Package rundlet is a client of Rundlet, a durable key-value service.
//
//	db, err := rundlet.New("localhost:50051")
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	if _, err := db.Put(ctx, "user:1", rundlet.Text("Alice")); err != nil {
//		return err
//	}
//	entry, err := db.Get(ctx, "user:1")
//
// A context without a deadline gets the client's. Reads are retried while the
// server is unavailable; writes are not, since a repeat could take effect
// twice. Every error of a call is an [*Error]; errors.Is takes a [Reason]:
//
//	if errors.Is(err, rundlet.ErrKeyNotFound) { ... }
package rundlet
