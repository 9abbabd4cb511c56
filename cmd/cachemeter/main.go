// Command cachemeter shows what caches do.
package main

func main() {}
