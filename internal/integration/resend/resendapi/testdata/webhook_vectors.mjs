// Makes webhook_vectors.json: calls signed by Node's own crypto, so that the
// verifier is not only compared with itself. Run it with
//
//   node webhook_vectors.mjs > webhook_vectors.json
import { createHmac } from "node:crypto";

const secrets = {
  docs: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", // the example of Svix's pages
  short: "whsec_" + Buffer.alloc(24, 7).toString("base64"),
  long: "whsec_" + Buffer.from([...Array(64).keys()]).toString("base64"),
  padded: "whsec_" + Buffer.alloc(25, 0xfe).toString("base64"),
};

const bodies = {
  json: '{"test": 2432232314}',
  empty: "",
  unicode: '{"subject":"Grüße, 你好 \\ud83d\\ude00"}',
  spaced: '{\n  "type" : "email.sent",\r\n\t"data":{}\n}\n',
  dotted: "1614265330.{}",
  binary: Buffer.from([0, 255, 254, 10, 13, 46]).toString("latin1"),
};

const vectors = [];
for (const [secretName, secret] of Object.entries(secrets)) {
  for (const [bodyName, body] of Object.entries(bodies)) {
    const raw = bodyName === "binary" ? Buffer.from(body, "latin1") : Buffer.from(body, "utf8");
    const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const timestamp = "1614265330";
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw]);
    const signature = "v1," + createHmac("sha256", key).update(signed).digest("base64");
    vectors.push({ name: `${secretName} ${bodyName}`, secret, id, timestamp, body: raw.toString("base64"), signature });
  }
}
console.log(JSON.stringify(vectors, null, 1));
