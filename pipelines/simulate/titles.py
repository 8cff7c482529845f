"""Natural titles for posts, built so that a title shows exactly the features its post has (question, number, emoji, length)."""

from __future__ import annotations

import numpy as np
import polars as pl

PRODUCTS = ["桂花乌龙", "茉莉绿茶", "白桃乌龙", "青柑普洱", "杨枝甘露", "生椰抹茶", "山楂陈皮茶", "四季春"]
PRODUCTS_EN = ["osmanthus oolong", "jasmine green tea", "white peach oolong", "citrus pu'er", "matcha latte", "cold brew tea"]
CITIES = ["杭州", "成都", "苏州", "长沙", "广州", "武汉", "西安", "厦门"]
CITIES_EN = ["Hangzhou", "Chengdu", "Suzhou", "Guangzhou", "Xiamen", "Singapore"]
TOPIC_PHRASES = [
    ["秋冬上新第一杯", "新品试喝现场", "菜单换季全记录"],
    ["门店里的一天", "新店开业这一周", "打烊之后的小店"],
    ["控糖党的下午茶", "熬夜之后喝点什么", "轻负担怎么点单"],
    ["冷泡茶在家也能做", "自制奶盖", "茶底搭配小抄"],
    ["茶山采茶日记", "一片叶子的旅程", "研发室的失败合集"],
    ["过节送礼清单", "团圆桌上的茶", "假期出行随手一杯"],
]
TOPIC_PHRASES_EN = [
    ["the new season menu", "a first sip of something new"],
    ["a day in our store", "opening week"],
    ["less sugar, same joy", "tea after a late night"],
    ["cold brew at home", "our foam recipe"],
    ["from the tea hills", "inside the tasting room"],
    ["gifts for the festival", "tea for the family table"],
]
TEMPLATES = {  # (question, number) -> title
    (False, False): [
        "{product}的正确打开方式", "藏在{city}巷子里的{product}", "一杯{product}治好我的周一", "{topic}｜青禾日记",
        "今天也要好好喝茶：{topic}", "跟着店员去看{topic}", "{city}的朋友，{product}到店了", "把{city}的秋天装进一杯{product}",
    ],
    (True, False): [
        "{product}到底好喝在哪？", "你会为了{product}跑一趟{city}吗？", "{topic}，你怎么看？", "{product}加不加奶盖，你站哪边？",
        "有人和我一样只点{product}吗？", "为什么{city}人一定要喝{product}？",
    ],
    (False, True): [
        "{product}的{number}种神仙喝法", "{city}必打卡的{number}家茶铺", "{number}秒看懂{topic}", "开店第{number}天：{topic}",
        "{number}个细节看懂{product}",
    ],
    (True, True): [
        "{number}块钱的{product}，你会买吗？", "连喝{number}天{product}会怎样？", "{city}这{number}家店，你去过几家？",
        "{product}{number}分糖还是全糖？",
    ],
}  # fmt: skip
TEMPLATES_EN = {
    (False, False): ["The right way to enjoy {product}", "{product}, now in {city}", "Notes on {topic}", "From {city}: {topic}"],
    (True, False): ["Would you cross {city} for {product}?", "What makes {product} so good?", "Foam on {product}, or not?"],
    (False, True): ["{number} ways to drink {product}", "{number} tea stops in {city}", "{number} seconds on {topic}"],
    (True, True): ["{number} days of {product}: would you try?", "Which of these {number} {city} stores is yours?"],
}
LONG = ["（附门店地址和点单攻略，建议先收藏再出发）", "（看到最后有店员私藏的隐藏喝法）", "（连夜整理好的完整记录都放在这里了）"]
LONG_EN = [" - with the full list of stores and what to order in each", " (save this one, the last tip is from our own baristas)"]
VOTE, LOTTERY = "【投票】", "【转发抽奖】"
VOTE_EN, LOTTERY_EN = "[Vote] ", "[Giveaway] "
EMOJI = np.array(["🍵", "🌿", "✨", "🧋", "🍑", "🍂"])
TAGS = ["#好茶推荐", "#下午茶", "#{city}探店", "#秋冬喝什么"]
TAGS_EN = ["#teatime", "#coldbrew", "#tealover"]
WITH_TAGS = {"douyin", "channels", "weibo", "x", "instagram", "facebook"}
AWKWARD = {  # a spreadsheet takes these for formulas; they are titles
    "zh": ("=青禾减糖公式：{0}", "+一份料的快乐，{0}"),
    "en": ("=Our formula: {0}", "+more of this: {0}"),
}


def _pick(rng: np.random.Generator, options: list[str], n: int) -> np.ndarray:
    return np.array(options, dtype=object)[rng.integers(0, len(options), n)]


def _by_topic(rng: np.random.Generator, phrases: list[list[str]], topic: np.ndarray) -> np.ndarray:
    table = np.array([(row * 3)[:3] for row in phrases], dtype=object)
    return table[topic, rng.integers(0, 3, len(topic))]


def titles(posts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """`title` and `tags` of each post. Features decide the words; the words are otherwise random."""
    n = posts.height
    topic = posts["topic"].to_numpy()
    question, number = posts["question_title"].to_numpy() > 0, posts["number_title"].to_numpy() > 0
    words: dict[str, dict[str, np.ndarray]] = {}
    for language, (templates, products, cities, phrases, suffixes) in {
        "zh": (TEMPLATES, PRODUCTS, CITIES, TOPIC_PHRASES, LONG),
        "en": (TEMPLATES_EN, PRODUCTS_EN, CITIES_EN, TOPIC_PHRASES_EN, LONG_EN),
    }.items():
        template = np.empty(n, dtype=object)
        for (q, d), options in templates.items():
            here = (question == q) & (number == d)
            template[here] = _pick(rng, options, int(here.sum()))
        words[language] = {
            "template": template,
            "product": _pick(rng, products, n),
            "city": _pick(rng, cities, n),
            "phrase": _by_topic(rng, phrases, topic),
            "suffix": _pick(rng, suffixes, n),
            "tags": _pick(rng, TAGS if language == "zh" else TAGS_EN, n),
        }
    english, lottery = posts["language"].to_numpy() == "en", posts["is_lottery"].to_numpy()
    chosen = {k: np.where(english, words["en"][k], words["zh"][k]) for k in words["zh"]}
    emoji_run = np.array(["".join(EMOJI[:k]) for k in range(len(EMOJI) + 1)], dtype=object)
    frame = posts.select("vote_sticker", "long_title", "platform", "emoji_count").with_columns(
        **{k: pl.Series(v.astype(str)) for k, v in chosen.items()},
        number=pl.Series(rng.integers(3, 30, n).astype(str)),
        emoji=pl.Series(emoji_run[posts["emoji_count"].to_numpy()].astype(str)),
        vote=pl.Series(np.where(lottery, np.where(english, LOTTERY_EN, LOTTERY), np.where(english, VOTE_EN, VOTE))),
        main_tag=pl.Series(np.where(english, "#QingheTea", "#青禾茶饮")),
    )
    title = (
        pl.col("template")
        .str.replace("{product}", pl.col("product"), literal=True)
        .str.replace("{city}", pl.col("city"), literal=True)
        .str.replace("{topic}", pl.col("phrase"), literal=True)
        .str.replace("{number}", pl.col("number"), literal=True)
    )
    return frame.select(
        title=pl.when(pl.col("vote_sticker") > 0).then(pl.col("vote")).otherwise(pl.lit(""))
        + title
        + pl.when(pl.col("long_title") > 0).then(pl.col("suffix")).otherwise(pl.lit(""))
        + pl.col("emoji"),
        tags=pl.when(pl.col("platform").is_in(list(WITH_TAGS)))
        .then(pl.col("main_tag") + " " + pl.col("tags").str.replace("{city}", pl.col("city"), literal=True))
        .otherwise(pl.lit("")),
    )


def plant_awkward(posts: pl.DataFrame, words: pl.DataFrame, rng: np.random.Generator) -> tuple[list[str], dict[str, int]]:
    """Titles as real accounts have them: tags on a new line, one used twice, one that begins with = or +, none. Also how many of each."""
    text = words["title"].to_numpy().astype(object)
    tag = words["tags"].to_numpy().astype(object)
    account = posts["account_index"].to_numpy()
    break_line = rng.random(len(text)) < 0.3
    text = np.where(tag == "", text, np.where(break_line, text + "\n" + tag, text + " " + tag))
    planted = {"formula_like": 0, "repeated": 0, "empty": 0}
    for number in np.unique(account):
        mine = np.flatnonzero(account == number)
        if len(mine) < 12:
            continue
        for spot, pattern in zip(mine[[-3, -7]], AWKWARD[posts["language"][int(mine[0])]], strict=True):
            text[spot] = pattern.format(text[spot])
        text[mine[-5]] = text[mine[-11]]
        planted = {**planted, "formula_like": planted["formula_like"] + 2, "repeated": planted["repeated"] + 1}
        if posts["platform"][int(mine[0])] == "xiaohongshu":  # a note needs no title there
            text[mine[-9]] = ""
            planted["empty"] += 1
    return [str(t) for t in text], planted
