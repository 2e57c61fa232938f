package rundlet_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"rundlet/clients/go/rundlet"
)

// address is where the examples find a server: say "localhost:50051".
func address() string {
	target, err := emptied()
	if err != nil {
		log.Fatal(err)
	}
	return target
}

func Example() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	if _, err := db.Put(ctx, "user:1", rundlet.Text("Alice")); err != nil {
		log.Fatal(err)
	}
	entry, err := db.Get(ctx, "user:1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(entry.Value, entry.Version)

	_, err = db.Get(ctx, "user:2")
	fmt.Println(errors.Is(err, rundlet.ErrKeyNotFound))

	// Output:
	// Alice 1
	// true
}

func ExampleClient_Put() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	config, err := rundlet.JSON(map[string]any{"retries": 3})
	if err != nil {
		log.Fatal(err)
	}
	result, err := db.Put(ctx, "config", config,
		rundlet.TTL(30*time.Minute), rundlet.CreateOnly{}, rundlet.Disk)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Existed)

	_, err = db.Put(ctx, "config", config, rundlet.CreateOnly{})
	fmt.Println(errors.Is(err, rundlet.ErrKeyExists))

	// Output:
	// false
	// true
}

func ExampleClient_Scan() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	for _, name := range []string{"apple", "banana", "cherry"} {
		_, err := db.Put(ctx, "fruit:"+name, rundlet.Text(name))
		if err != nil {
			log.Fatal(err)
		}
	}
	fruit := rundlet.Prefix("fruit:")
	for entry, err := range db.Scan(ctx, fruit, rundlet.Reverse{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Key, entry.Value)
	}

	// Output:
	// fruit:cherry cherry
	// fruit:banana banana
	// fruit:apple apple
}

func ExampleTxn() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	take := func(owner string) {
		result, err := db.Txn().
			If(rundlet.Absent("lock")).
			Then(rundlet.Put("lock", rundlet.Text(owner),
				rundlet.TTL(time.Minute))).
			Otherwise(rundlet.Get("lock")).
			Commit(ctx)
		if err != nil {
			log.Fatal(err)
		}
		if result.Applied {
			fmt.Println(owner, "has it")
		} else {
			fmt.Println(result.Results[0].Entry.Value, "has it already")
		}
	}
	take("Ann")
	take("Ben")

	// Output:
	// Ann has it
	// Ann has it already
}

func ExampleError() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	_, err = db.Put(ctx, "account", rundlet.Text("10"))
	if err != nil {
		log.Fatal(err)
	}
	_, err = db.Txn().
		If(rundlet.VersionOf("account").Equal(7)).
		Then(rundlet.Delete("account")).
		Commit(ctx)
	var failed *rundlet.Error
	if errors.As(err, &failed) {
		found, _ := failed.FailedCondition()
		fmt.Println(failed.Reason == rundlet.ErrConditionFailed,
			found.Index, found.Version, failed.OutcomeUnknown)
	}

	// Output:
	// true 0 1 false
}

func ExampleClient_Add() {
	ctx := context.Background()
	db, err := rundlet.New(address())
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	for range 3 {
		visits, err := db.Add(ctx, "visits:mon", 1,
			rundlet.TTL(24*time.Hour).Jitter(10))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(visits.Sum)
	}
	removed, err := db.DeleteRange(ctx, rundlet.Prefix("visits:"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(removed.DeletedCount)

	// Output:
	// 1
	// 2
	// 3
	// 1
}
