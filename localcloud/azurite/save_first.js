// Loaded into Azurite before itself: it answers a change only after it has saved it.
//
// By itself Azurite keeps its databases in memory and saves them every five seconds. Killed, it would forget changes
// that it has acknowledged, and of one database more than of another: a receipt without its message, a deleted blob
// that is back. Reading methods don't wait. Contents of blobs are in files of their own, which need no help.
"use strict";

const http = require("http");
const Loki = require("lokijs");

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const databases = new Set();
const enable = Loki.prototype.autosaveEnable;
const end = http.ServerResponse.prototype.end;

Loki.prototype.autosaveEnable = function (...args) {
  databases.add(this);
  return enable.apply(this, args);
};

// Resolves once everything is on disk that was in the database at the call. A save under way may have begun before a
// change: then Loki calls back after the next one.
function saved(database) {
  if (!database.autosaveDirty() && !database.throttledSavePending) {
    return undefined;
  }
  return new Promise((resolve) => {
    database.saveDatabase((error) => {
      if (error) {
        console.error(`Azurite can't save ${database.filename}: ${error}`);
      }
      resolve();
    });
  });
}

http.ServerResponse.prototype.end = function (...args) {
  const saves = READING.has(this.req && this.req.method) ? [] : [...databases].map(saved).filter(Boolean);
  if (saves.length === 0) {
    return end.apply(this, args);
  }
  Promise.all(saves).then(() => end.apply(this, args));
  return this;
};
