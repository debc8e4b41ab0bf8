"""The classes of the data sets that the app knows by name, in Chinese. A person's own names stay as they are.

What is chosen, stored and typed is always the name of the data set; only what is shown is translated.
"""

FACES = {
    "smile": "微笑", "neutral": "平静", "sad": "难过", "surprised": "惊讶",
}  # fmt: skip
CLOTHES = {
    "T-shirt/top": "T 恤/上衣", "Trouser": "裤子", "Pullover": "套头衫", "Dress": "连衣裙",
    "Coat": "外套", "Sandal": "凉鞋", "Shirt": "衬衫", "Sneaker": "运动鞋", "Bag": "包",
    "Ankle boot": "短靴",
}  # fmt: skip
CIFAR10 = {
    "airplane": "飞机", "automobile": "汽车", "bird": "鸟", "cat": "猫", "deer": "鹿", "dog": "狗",
    "frog": "青蛙", "horse": "马", "ship": "船", "truck": "卡车",
}  # fmt: skip
CIFAR100 = {
    "apple": "苹果", "aquarium_fish": "观赏鱼", "baby": "婴儿", "bear": "熊", "beaver": "河狸",
    "bed": "床", "bee": "蜜蜂", "beetle": "甲虫", "bicycle": "自行车", "bottle": "瓶子", "bowl": "碗",
    "boy": "男孩", "bridge": "桥", "bus": "公共汽车", "butterfly": "蝴蝶", "camel": "骆驼", "can": "罐头",
    "castle": "城堡", "caterpillar": "毛虫", "cattle": "牛", "chair": "椅子", "chimpanzee": "黑猩猩",
    "clock": "钟", "cloud": "云", "cockroach": "蟑螂", "couch": "沙发", "crab": "螃蟹",
    "crocodile": "鳄鱼", "cup": "杯子", "dinosaur": "恐龙", "dolphin": "海豚", "elephant": "大象",
    "flatfish": "比目鱼", "forest": "森林", "fox": "狐狸", "girl": "女孩", "hamster": "仓鼠",
    "house": "房子", "kangaroo": "袋鼠", "keyboard": "键盘", "lamp": "灯", "lawn_mower": "割草机",
    "leopard": "豹", "lion": "狮子", "lizard": "蜥蜴", "lobster": "龙虾", "man": "男人",
    "maple_tree": "枫树", "motorcycle": "摩托车", "mountain": "山", "mouse": "老鼠", "mushroom": "蘑菇",
    "oak_tree": "橡树", "orange": "橙子", "orchid": "兰花", "otter": "水獭", "palm_tree": "棕榈树",
    "pear": "梨", "pickup_truck": "皮卡", "pine_tree": "松树", "plain": "平原", "plate": "盘子",
    "poppy": "罂粟", "porcupine": "豪猪", "possum": "负鼠", "rabbit": "兔子", "raccoon": "浣熊",
    "ray": "鳐鱼", "road": "道路", "rocket": "火箭", "rose": "玫瑰", "sea": "海", "seal": "海豹",
    "shark": "鲨鱼", "shrew": "鼩鼱", "skunk": "臭鼬", "skyscraper": "摩天大楼", "snail": "蜗牛",
    "snake": "蛇", "spider": "蜘蛛", "squirrel": "松鼠", "streetcar": "有轨电车", "sunflower": "向日葵",
    "sweet_pepper": "甜椒", "table": "桌子", "tank": "坦克", "telephone": "电话", "television": "电视",
    "tiger": "老虎", "tractor": "拖拉机", "train": "火车", "trout": "鳟鱼", "tulip": "郁金香",
    "turtle": "乌龟", "wardrobe": "衣柜", "whale": "鲸", "willow_tree": "柳树", "wolf": "狼",
    "woman": "女人", "worm": "蠕虫",
}  # fmt: skip
CLASS_NAMES = FACES | CLOTHES | CIFAR10 | CIFAR100
