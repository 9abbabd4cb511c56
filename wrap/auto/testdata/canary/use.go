package canary

// useExpirable is set where golang-lru has such a cache.
var useExpirable func()
