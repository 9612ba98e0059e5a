import { after, before } from 'node:test';
import { storeContract } from '../store-contract.ts';
import { EtcdProcess, etcdMissing } from './etcd-process.ts';
import { openEtcdStore, realWorld } from './etcd-world.ts';

let etcd: EtcdProcess;
let worlds = 0;

before(async () => {
  if (etcdMissing === false) etcd = await EtcdProcess.start();
});
after(async () => {
  if (etcdMissing === false) await etcd.remove();
});

storeContract(
  'etcd store',
  async () => realWorld(openEtcdStore(`etcd://${etcd.endpoint}/contract/${++worlds}`)),
  { skip: etcdMissing },
);
