{#-
    A quotient, rounded half up (a tie goes away from zero, as in a spreadsheet).

    DuckDB divides in floating point, where 6.25 may become 6.2499…; so the division is done in
    whole numbers: both sides in thousandths, the result scaled by 10^decimaler.
-#}
{% macro kvotient_halvt_op(taeller, naevner, decimaler) -%}
    {%- set t = "cast(cast(" ~ taeller ~ " as decimal(18, 3)) * 1000 as hugeint)" -%}
    {%- set n = "nullif(cast(cast(" ~ naevner ~ " as decimal(18, 3)) * 1000 as hugeint), 0)" -%}
    {%- set f = "cast(pow(10, " ~ decimaler ~ ") as hugeint)" -%}
    cast(
        cast(
            sign({{ t }}) * ((2 * abs({{ t }}) * {{ f }} + {{ n }}) // (2 * {{ n }}))
            * (1000 // {{ f }}) as decimal(20, 0)
        ) * cast(0.001 as decimal(4, 3)) as decimal(18, 3)
    )
{%- endmacro %}
