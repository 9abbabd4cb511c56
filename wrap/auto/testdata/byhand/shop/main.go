// Command shop counts itself, by hand.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/cachemeter/cachemeter/metrics"

	"example.com/sdk"
	"example.com/shop/load"
)

func main() {
	flags, err := sdk.New(os.Getenv("SHOP_REDIS"))
	if err != nil {
		log.Fatal(err)
	}
	seen := append(load.Caches(), load.Clients(context.Background(), flags)...)
	for _, line := range seen {
		fmt.Println(line)
	}
	figures, err := json.Marshal(metrics.Default().AllStats())
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("SHOP_FIGURES"), figures, 0o600); err != nil {
		log.Fatal(err)
	}
	switch os.Getenv("SHOP_END") {
	case "exit":
		os.Exit(3)
	case "stdin":
		io.Copy(io.Discard, os.Stdin)
	case "fatal":
		log.Fatal("the end")
	}
}
