"""Where a run computes: the device, the processes, the precision, and how the network is spread over them.

Decided:
- accelerate finds the device, joins the processes that `accelerate launch` or `torchrun` started, and gives
  autocast and the delayed gradient exchange.
- The wrappers are PyTorch's own. DDP must be built anew when other parameters begin to learn (it would wait
  for gradients of frozen ones), which accelerate's `prepare` cannot do; and accelerate applies its FSDP2
  plugin to GPUs only and casts the loss to bfloat16 there. With FSDP2 parameters are gathered in float32 here
  and computed with under the same autocast, so that one process, DDP and FSDP2 give the same curve.
- DDP and FSDP2 average gradients, so losses are multiplied by the number of processes (`run.py`). Running
  statistics are not exchanged; those of the first process are kept.
- Sparse gradients go past both: every process gathers the rows of all.
Not here: SyncBatchNorm, tensor or pipeline parallelism.
"""

from __future__ import annotations

import copy
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
import torch.distributed as dist
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from saccade.errors import InputError
from saccade.training.batch import Batch, Target
from saccade.training.loop.settings import LoopSettings
from saccade.training.loop.tensors import fill, whole
from saccade.training.network import MultiTask


def launched() -> tuple[int, int]:
    """(number of this process, number of processes) as the launcher says; (0, 1) without one."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


class Devices:
    """The device and the processes of a run. InputError where they do not fit the settings."""

    def __init__(self, settings: LoopSettings) -> None:
        AcceleratorState._reset_state()  # pyright: ignore[reportPrivateUsage]  # the last run's precision
        try:
            none = not torch.accelerator.is_available()
            self.accelerator = Accelerator(mixed_precision=settings.precision, cpu=none)
        except ValueError as error:
            raise InputError(f"precision {settings.precision!r} does not work here: {error}") from error
        self.device: torch.device = self.accelerator.device
        self.rank, self.world = self.accelerator.process_index, self.accelerator.num_processes
        if self.world > 1 and settings.shard == "none":
            raise InputError(
                f"{self.world} processes need shard 'ddp' or 'fsdp2', found 'none': set it, or start one"
            )
        if self.world != launched()[1]:
            raise InputError(
                f"{launched()[1]} processes were started, but {self.device} takes one: start one"
            )
        self.sharded = settings.shard == "fsdp2" and self.world > 1
        self.compile = settings.compile

    @property
    def first(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    def place(self, network: MultiTask) -> MultiTask:
        """The network to train: the given one, moved; with FSDP2 a copy of which each process has a part."""
        trained = (copy.deepcopy(network) if self.sharded else network).to(self.device)
        self._same(trained.parameters())
        self._same(trained.buffers())
        return trained

    def _same(self, tensors: Iterable[Tensor]) -> None:
        """The first process's values everywhere."""
        for tensor in tensors if self.world > 1 else ():
            dist.broadcast(tensor.detach(), 0)

    def shard(self, network: MultiTask, sparse: Sequence[nn.Parameter]) -> None:
        """Compile, and split in place; `sparse` parameters stay whole on every process."""
        blocks = repeated(network) if self.sharded else []
        if self.compile:
            for module in blocks or [network.embedder]:
                module.compile(dynamic=False)
        if self.sharded:
            from torch.distributed.fsdp import fully_shard

            for module in (*blocks, network):
                fully_shard(module, ignored_params=set(sparse))

    def wrap(self, network: MultiTask, sparse: Sequence[nn.Parameter]) -> nn.Module:
        """What a step calls; made anew when other parameters begin or cease to learn."""
        if self.world == 1 or self.sharded:
            return network
        besides = {id(parameter) for parameter in sparse}
        left_out = [name for name, parameter in network.named_parameters() if id(parameter) in besides]
        ignore = DistributedDataParallel._set_params_and_buffers_to_ignore_for_model  # pyright: ignore
        ignore(network, left_out)
        if not any(p.requires_grad and id(p) not in besides for p in network.parameters()):
            return network
        unused = network.embedder.pool == "mean" or not network.whole  # the trunk's own pooling, say
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`broadcast_buffers`", FutureWarning)  # its heir is too new
            return DistributedDataParallel(
                network,
                device_ids=None if self.device.type == "cpu" else [self.device],
                broadcast_buffers=False,
                gradient_as_bucket_view=True,
                find_unused_parameters=unused,
            )

    def unsynchronised(self, model: nn.Module, last: bool) -> AbstractContextManager[Any]:
        """Around all micro-steps: gradients are exchanged in the last one only."""
        if last or self.world == 1:
            return nullcontext()
        return _fsdp2_without_sync(model) if self.sharded else self.accelerator.no_sync(model)

    def give_back(self, trained: MultiTask, network: MultiTask) -> None:
        """Put what was trained into the network that the caller has; the same on every process."""
        if trained is not network:
            found = dict(trained.named_parameters()) | dict(trained.named_buffers())
            network.to(self.device)
            for name, target in (*network.named_parameters(), *network.named_buffers()):
                fill(target, whole(found[name]))
        self._same(network.buffers())

    def move(self, batch: Batch, targets: dict[str, Target]) -> tuple[Tensor, dict[str, Target]]:
        """Pixels and targets on the device; from pinned memory, so that a GPU need not be waited for."""
        if self.device.type == "cpu":
            return batch.pixels, targets
        pixels = batch.pixels
        if self.device.type == "cuda" and not pixels.is_pinned():
            pixels = pixels.pin_memory()
        moved = {name: target.to(self.device) for name, target in targets.items()}
        return pixels.to(self.device, non_blocking=True), moved

    def sum(self, numbers: Tensor) -> Tensor:
        """Over all processes, in place."""
        if self.world > 1:
            dist.all_reduce(numbers)
        return numbers

    def rows(self, numbers: Tensor) -> Tensor:
        """[world, ...]: everybody's, in the order of processes."""
        if self.world == 1:
            return numbers[None]
        found = [torch.empty_like(numbers) for _ in range(self.world)]
        dist.all_gather(found, numbers)
        return torch.stack(found)

    def wait(self) -> None:
        """Until every process is here."""
        if self.world > 1:
            self.accelerator.wait_for_everyone()

    def mean_sparse(self, sparse: Sequence[nn.Parameter]) -> None:
        """Average the sparse gradients over the processes; rows that one of them lacks count as 0 there."""
        if self.world == 1:
            return
        for parameter in sparse:
            if parameter.grad is not None:
                parameter.grad = self._mean(parameter.grad.coalesce())

    def _mean(self, gradient: Tensor) -> Tensor:
        sizes = self.rows(torch.tensor([gradient.indices().shape[1]], device=self.device)).flatten().tolist()
        pad = max(sizes) - gradient.indices().shape[1]
        indices = self.rows(nn.functional.pad(gradient.indices(), (0, pad)))
        blank = (0, 0) * (gradient.values().ndim - 1) + (0, pad)
        values = self.rows(nn.functional.pad(gradient.values(), blank))
        parts = [(indices[r][:, :n], values[r][:n]) for r, n in enumerate(sizes)]
        joined = torch.sparse_coo_tensor(
            torch.cat([i for i, _ in parts], 1), torch.cat([v for _, v in parts]) / self.world, gradient.shape
        )
        return joined.coalesce()


def repeated(network: nn.Module) -> list[nn.Module]:
    """The blocks of a network: items of Sequentials and ModuleLists whose class occurs there twice or more.

    Only the outermost ones, and no containers: what calls the items of a container one by one (as
    checkpointing does) never calls the container.
    """
    containers = (nn.Sequential, nn.ModuleList)
    items = [
        child
        for parent in network.modules()
        if isinstance(parent, containers)
        for child in parent.children()
        if not isinstance(child, containers) and any(True for _ in child.parameters())
    ]
    counts = Counter(type(item) for item in items)
    chosen = [item for item in items if counts[type(item)] > 1]
    inner = {id(part) for item in chosen for part in item.modules() if part is not item}
    return [item for item in chosen if id(item) not in inner]


@contextmanager
def _fsdp2_without_sync(model: Any) -> Iterator[None]:
    model.set_requires_gradient_sync(False)
    try:
        yield
    finally:
        model.set_requires_gradient_sync(True)
