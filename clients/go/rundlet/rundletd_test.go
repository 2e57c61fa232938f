package rundlet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"rundlet/clients/go/rundlet"
	"rundlet/clients/go/rundlettest"
)

// root is the root of the repository.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// start runs the server that RUNDLETD names, or that Bazel built.
func start(data string, options ...string) (*rundlettest.Server, error) {
	binary := os.Getenv("RUNDLETD")
	if binary == "" {
		binary = filepath.Join(root(), "bazel-bin", "service", "rundletd")
	}
	server, err := rundlettest.Start(binary, data, "127.0.0.1:0",
		append([]string{"--history_window=0"}, options...)...)
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w: bazel build //service:rundletd, or set RUNDLETD",
			err)
	}
	return server, err
}

// The server that most tests share; TestMain stops it.
var shared = sync.OnceValues(func() (*rundlettest.Server, error) {
	data, err := os.MkdirTemp("", "rundlet")
	if err != nil {
		return nil, err
	}
	sharedData = data
	return start(data)
})

var sharedData string

// emptied gives the address of the shared server, its store emptied: tests run
// one after the other, and may run again.
func emptied() (string, error) {
	server, err := shared()
	if err != nil {
		return "", err
	}
	db, err := rundlet.New(server.Target)
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	for entry, err := range db.Scan(ctx, rundlet.All(), rundlet.KeysOnly{}) {
		if err == nil {
			_, err = db.Delete(ctx, entry.Key, rundlet.Memory)
		}
		if err != nil {
			return "", errors.Join(err, db.Close())
		}
	}
	return server.Target, db.Close()
}

func TestMain(m *testing.M) {
	status := m.Run()
	if sharedData != "" {
		if server, err := shared(); err == nil {
			if err := server.Stop(syscall.SIGTERM); err != nil {
				fmt.Println(err)
				status = 1
			}
		}
		if err := os.RemoveAll(sharedData); err != nil {
			fmt.Println(err)
			status = 1
		}
	}
	os.Exit(status)
}
