// Goal: the calls of operators give what the server tells.
// Method: against server processes; a value of a segment is damaged.

package rundlet_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundletpb"
)

func TestExplainCompaction(t *testing.T) {
	db := open(t)
	put(t, db, "k", rundlet.Text("1"))
	plan, err := db.ExplainCompaction(t.Context())
	if err != nil || plan.GetAvailableBytes() == 0 {
		t.Errorf("got %v, %v", plan, err)
	}
}

func TestVerifyAndBackup(t *testing.T) {
	data, backups := filepath.Join(t.TempDir(), "data"), t.TempDir()
	server, err := start(data, "--backup_root="+backups)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}()
	db := connect(t, server.Target)
	revision := put(t, db, "damaged", rundlet.Text("told by bytes")).Revision
	report, err := db.Backup(t.Context(), "first")
	if err != nil || report.GetRevision() != revision ||
		report.GetKeyCount() != 1 {
		t.Errorf("got %v, %v", report, err)
	}
	_, err = db.Backup(t.Context(), "first")
	if !errors.Is(err, rundlet.ErrBackupExists) {
		t.Errorf("got %v", err)
	}
	found, err := db.Verify(t.Context())
	if err != nil || len(found.Damage) != 0 ||
		found.Summary.GetRecordCount() == 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	damage(t, data, []byte("told by"), []byte("told bx"))
	found, err = db.Verify(t.Context())
	if err != nil || len(found.Damage) != 1 ||
		found.Summary.GetDamageCount() != 1 ||
		found.Damage[0].GetKeysAtRisk()[0] != "damaged" {
		t.Errorf("got %+v, %v", found, err)
	}
}

// damage changes bytes in all files of a folder, in their place.
func damage(t *testing.T, folder string, old, changed []byte) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // a folder
		}
		at := bytes.Index(content, old)
		if at < 0 {
			continue
		}
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			_, err = file.WriteAt(changed, int64(at))
		}
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBackupWithoutARoot(t *testing.T) {
	_, err := open(t).Backup(t.Context(), "name")
	if !errors.Is(err, rundlet.ErrNotConfigured) {
		t.Errorf("got %v", err)
	}
}

func TestSetLogLevel(t *testing.T) {
	db := open(t)
	before, err := db.SetLogLevel(t.Context(), rundletpb.LogLevel_LOG_LEVEL_DEBUG)
	if err != nil || before == rundletpb.LogLevel_LOG_LEVEL_UNSPECIFIED {
		t.Fatalf("got %v, %v", before, err)
	}
	set, err := db.SetLogLevel(t.Context(), before)
	if err != nil || set != rundletpb.LogLevel_LOG_LEVEL_DEBUG {
		t.Errorf("got %v, %v", set, err)
	}
	_, err = db.SetLogLevel(t.Context(), rundletpb.LogLevel_LOG_LEVEL_UNSPECIFIED)
	if !errors.Is(err, rundlet.ErrInvalidField) {
		t.Errorf("got %v", err)
	}
}
