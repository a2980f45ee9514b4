"""Research by searches: what was found is needed again much later, and who has lost it cannot search for it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from statistics import fmean
from typing import Any

import pytest

from harness import resolve
from harness.checks import judge
from harness.run import Run, build, execute
from harness.spec import Model, Orchestrator, Policy, Spec
from harness.tokens import count_tokens, text_bytes, tools_tokens
from harness.types import Tool
from harness.world import Visit, World, perform
from scenarios.follow_leads import DOCUMENTS, PERIOD, SEARCHES

NAME = "follow_leads"
WINDOW = 32_768


@lru_cache(maxsize=128)
def run_of(policy: str = "keep_all", budget: float = 1.0, seed: int = 0, horizon: int = 40) -> Run:
    return execute(Spec(NAME, horizon=horizon, policy=Policy(policy), view_budget=budget, seed=seed))


def asked(run: Run) -> list[int]:
    return [event.detail["tokens"] for event in run.events if event.site == "model" and event.kind == "request"]


def calls(run: Run, tool: str) -> list[dict[str, Any]]:
    replies = [event.detail for event in run.events if event.site == "model" and event.kind == "reply"]
    return [json.loads(call["arguments"]) for reply in replies for call in reply["calls"] if call["name"] == tool]


def results(run: Run, tool: str = "search") -> list[dict[str, Any]]:
    return [event.detail for event in run.events if event.site == f"tool:{tool}" and event.kind == "result"]


def done(run: Run, name: str, arguments: dict[str, Any], world: World | None = None) -> tuple[World, str]:
    """A call in the world that the run began with, unless another is given."""
    setup = build(resolve.scenario(NAME), run.spec)
    tool: Tool = next(tool for tool in setup.tools if tool.name == name)
    before = world or setup.world
    changed, result = perform(before, tool, json.dumps(arguments), Visit("1", f"key {len(before.effects)}", 0, 0))
    return changed, result.content or f"error: {result.error}"


def found(text: str) -> str:
    """The value that the documents of a search give."""
    return next(line.partition(" = ")[2] for line in text.split("\n") if " = " in line)


@pytest.mark.parametrize("horizon", [1, 2, 3, 10, 40, 400])
def test_a_clean_run_completes_in_about_as_many_turns_as_the_horizon(horizon: int) -> None:
    run = run_of(horizon=horizon)
    assert judge(run).outcome == "pass", run.wrong
    assert abs(run.passages["model"] - horizon) <= max(4, horizon // 50)


@pytest.mark.parametrize("seed", range(5))
def test_every_seed_can_be_done_and_is_another_task(seed: int) -> None:
    assert run_of(seed=seed).completed
    assert calls(run_of(seed=seed), "answer") != calls(run_of(seed=seed + 1), "answer")


@pytest.mark.parametrize("horizon", [10, 40, 120])
@pytest.mark.parametrize("seed", [0, 3])
def test_the_working_set_is_what_a_view_that_keeps_everything_comes_to(horizon: int, seed: int) -> None:
    run = run_of(horizon=horizon, seed=seed)
    assert 0.95 < run.setup.working_set / asked(run)[-1] < 1.05


def test_a_search_shows_the_first_512_tokens_of_five_documents() -> None:
    for result in results(run_of()):
        assert abs(count_tokens(text_bytes(result["content"])) - DOCUMENTS * 512) <= 5
        assert sum(" = " in line for line in result["content"].split("\n")) == 1


def test_each_lead_takes_three_searches() -> None:
    leads = run_of().setup.goal.partition("a trail of ")[2].partition(" ")[0]
    assert len(calls(run_of(), "search")) == SEARCHES * int(leads)


def test_nine_searches_fit_into_a_window_of_32k_and_twelve_do_not() -> None:
    def fits(horizon: int, seed: int) -> bool:
        model = Model("strong-2026", window=WINDOW)
        return (
            execute(Spec(NAME, horizon, model=model, orchestrator=Orchestrator("naive"), seed=seed)).ending != "raised"
        )

    assert all(fits(13, seed) for seed in range(20))
    # who goes astray early, and gives up, never fills the window
    assert sum(fits(14, seed) for seed in range(20)) <= 5


def test_equal_specs_give_equal_histories() -> None:
    spec = Spec(NAME, policy=Policy("summarize"), view_budget=0.5, model=Model("mid"), difficulty=1)
    assert execute(spec).digest == execute(replace(spec, view_budget=0.5)).digest


@pytest.mark.parametrize("policy", ["drop_all", "sliding_window", "keep_user_messages"])
def test_who_lets_findings_go_begins_the_trail_anew_and_never_comes_to_its_end(policy: str) -> None:
    run = run_of(policy, 0.5)
    assert run.wrong == "1 are not answered, the first is the question"
    assert sum(call["lead"] == "lead 1" for call in calls(run, "search")) > 2


@pytest.mark.parametrize("policy", ["summarize", "fold_and_report", "mask_observations", "demand_paging"])
@pytest.mark.parametrize("budget", [0.25, 0.5])
def test_who_keeps_findings_or_pointers_to_them_completes_in_less(policy: str, budget: float) -> None:
    run = run_of(policy, budget)
    assert run.completed, run.wrong
    assert max(asked(run)) < 0.6 * max(asked(run_of()))


def test_a_pointer_to_a_result_is_followed_by_the_very_same_search() -> None:
    searches = [json.dumps(call) for call in calls(run_of("mask_observations", 0.25), "search")]
    assert len(searches) > len(set(searches))
    assert set(searches) == {json.dumps(call) for call in calls(run_of(), "search")}


def test_a_finding_that_a_summary_lost_is_not_searched_for_and_ends_the_work() -> None:
    spec = Spec(NAME, model=Model("strong-2026", window=WINDOW), policy=Policy("summarize"), view_budget=WINDOW)
    lost = [run for seed in range(40) if not (run := execute(replace(spec, seed=seed))).completed]
    assert 5 < len(lost) < 30
    assert all(
        results(run)[-1].get("error") == "nothing is found on 'unknown'" for run in lost if not calls(run, "answer")
    )
    assert sum(not calls(run, "answer") for run in lost) > len(lost) / 2


def test_a_finding_that_is_overlooked_in_a_long_view_costs_another_try_and_no_more() -> None:
    runs = [execute(Spec(NAME, horizon=80, model=Model("strong-2026"), seed=seed)) for seed in range(20)]
    assert any("error" in result for run in runs for result in results(run))
    assert all(calls(run, "answer") for run in runs)


def test_a_search_for_what_is_not_so_finds_nothing() -> None:
    first, second = calls(run_of(), "search")[:2]
    for wrong in (
        second | {"known": ["0000"]},
        second | {"known": []},
        first | {"lead": "lead 99"},
        first | {"step": 3},
    ):
        assert done(run_of(), "search", wrong)[1].startswith("error")


def test_a_search_in_another_period_finds_a_namesake_whose_trail_goes_on_to_a_wrong_answer() -> None:
    run = run_of(horizon=5)
    first, second, third = calls(run, "search")
    right = [found(result["content"]) for result in results(run)]
    detail = found(done(run, "search", first | {"period": "1700s"})[1])
    name = found(done(run, "search", second | {"known": [detail]})[1])
    again = found(done(run, "search", third | {"known": [name, detail]})[1])
    assert detail != right[0] and name == again != right[1]
    world, content = done(run, "answer", calls(run, "answer")[0] | {"name": again})
    assert not content.startswith("error")
    assert run.setup.check(world) == f"the question was answered with {again}, it is {right[1]}"


def test_one_answer_to_the_question_is_owed() -> None:
    run = run_of(horizon=5)
    (answer,) = calls(run, "answer")
    world, _ = done(run, "answer", answer)
    assert run.setup.check(world) is None
    assert "2 times" in (run.setup.check(done(run, "answer", answer, world)[0]) or "")
    assert done(run, "answer", answer | {"question": "another"})[1].startswith("error")


def test_every_finding_is_taken_again_when_the_trail_is_at_its_end() -> None:
    searches = calls(run_of(), "search")
    confirming = [call for call in searches if call["lead"].startswith("confirmation")]
    trail = searches[: -len(confirming)]
    given = {found(result["content"]) for result in results(run_of())[: len(trail)]}
    assert {value for call in confirming for value in call["known"]} == given


@pytest.mark.parametrize(
    "given", [{}, {"lead": ["lead 1"], "step": [1]}, {"lead": "lead 1", "step": "1"}, {"lead": "lead 9"}]
)
def test_a_call_that_makes_no_sense_does_no_work(given: dict[str, Any]) -> None:
    work = run_of(horizon=5).setup.model("perfect").work
    assert work.completes("search", given) is None
    assert work.completes("search", {"lead": "lead 1", "step": 1}) == "lead 1 search 1"


def test_what_a_model_makes_of_the_period_is_plausible_and_wrong() -> None:
    for seed in range(20):
        setup = build(resolve.scenario(NAME), Spec(NAME, seed=seed))
        assert f"{PERIOD} = {setup.model('perfect').work.guesses[PERIOD]}" not in setup.goal


def test_difficulty_is_the_share_of_tasks_that_go_wrong_by_themselves() -> None:
    hard = [execute(Spec(NAME, 11, difficulty=2, seed=seed)).completed for seed in range(200)]
    assert fmean(hard) == pytest.approx(0.65, abs=0.1)


def test_better_models_complete_more_often() -> None:
    strong, mid, weak = (
        fmean(execute(Spec(NAME, model=Model(model), seed=seed)).completed for seed in range(30))
        for model in ("strong-2026", "mid", "weak")
    )
    assert strong > mid > weak


def test_the_plain_program_does_the_work_without_a_model() -> None:
    run = execute(Spec(NAME, orchestrator="no_model"))
    assert run.completed and "model" not in run.passages


def test_it_crashes_in_samples_only_and_its_tools_are_small_beside_the_work() -> None:
    assert not resolve.scenario(NAME).crashes
    assert tools_tokens(run_of().setup.tools) < 600
