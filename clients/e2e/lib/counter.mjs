// What the postal staff does at the counter.
