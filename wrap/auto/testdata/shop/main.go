// Command shop is plain client code: it knows nothing of being counted.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

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
	switch os.Getenv("SHOP_END") {
	case "exit":
		os.Exit(3)
	case "stdin":
		io.Copy(io.Discard, os.Stdin)
	case "fatal":
		log.Fatal("the end")
	}
}
