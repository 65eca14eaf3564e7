// For tests of whoever builds upon this library: a browser that runs in Node and a server for one session. Nothing here is
// part of any page. README.md shows how.

export { FakeBrowser, fakeCamera, fakeMicrophone, fakePaperCamera, fakeStart, failureOf, settled } from "./fakebrowser";
export type { FakeAnswer, FakeCall, FakeDevice } from "./fakebrowser";
export { fakePlan } from "./fakeplan";
export { FakeServer } from "./fakeserver";
export { FakeSocket } from "./fakesocket";
